import Arrays

extension OptimalSteps {
  /// Which samples share a schedule.
  package enum Sharing { case all, none }

  /// The points of the student's path, descending from the last to 0, for each group of samples.
  ///
  /// A path may hold the last point several times, where fewer steps came nearer. `isSpent` is asked
  /// after each step; paths are then shorter.
  package func paths(
    steps: Int, sharing: Sharing, progress: (Int, Double) -> Void = { _, _ in },
    isSpent: () -> Bool = { false }
  ) -> [[Int]] {
    let last = times.count - 1
    let groups = sharing == .all ? 1 : teacher[0].rows
    var states = [Matrix<Double>](repeating: teacher[last], count: last + 1)
    var best = [[Double]](
      repeating: Array(repeating: .infinity, count: groups), count: last + 1)
    var parents = [[Int]](repeating: Array(repeating: last, count: groups), count: last + 1)
    var trace: [[[Int]]] = []
    for k in 0..<steps {
      // In later rounds a step from T is what it was in the first, where all points are reached.
      let sources = k == 0 ? [last] : Array((1..<last).reversed())
      var velocities = [Matrix<Double>](
        repeating: Matrix(rows: 0, columns: states[0].columns), count: last + 1)
      for i in sources {
        velocities[i] = OptimalSteps.velocity(mixture, states[i], at: times[i])
      }
      let (from, slopes, soFar) = (states, velocities, best)
      let found = Parallel.map(last) { j in
        nearest(to: j, among: sources, from, slopes, soFar[j], sharing)
      }
      for (j, step) in found.enumerated() {
        guard let step else { continue }
        (states[j], best[j]) = (step.state, step.errors)
        for (group, parent) in step.parents.enumerated() where parent >= 0 {
          parents[j][group] = parent
        }
      }
      trace.append(parents)
      progress(k + 1, best[0].reduce(0, +) / Double(groups))
      if isSpent() { break }
    }
    return (0..<groups).map { group in
      trace.reversed().reduce(into: [0]) { path, parents in
        path.append(parents[path[path.count - 1]][group])
      }.reversed()
    }
  }

  private struct Step {
    var state: Matrix<Double>
    var errors: [Double]
    /// −1 where no step came nearer.
    var parents: [Int]
  }

  /// The best steps to point j; nil if none comes nearer than what there is.
  private func nearest(
    to j: Int, among sources: [Int], _ states: [Matrix<Double>], _ velocities: [Matrix<Double>],
    _ errors: [Double], _ sharing: Sharing
  ) -> Step? {
    let (target, d) = (teacher[j].elements, teacher[j].columns)
    var (errors, parents) = (errors, [Int](repeating: -1, count: errors.count))
    for i in sources where i > j {
      let (x, v, h) = (states[i].elements, velocities[i].elements, times[j] - times[i])
      var total = 0.0
      for row in 0..<teacher[j].rows {
        var square = 0.0
        for e in row * d..<(row + 1) * d {
          let difference = x[e] + h * v[e] - target[e]
          square += difference * difference
        }
        total += square
        guard sharing == .none else { continue }
        let error = square / Double(d)
        if error < errors[row] { (errors[row], parents[row]) = (error, i) }
      }
      let mean = total / Double(target.count)
      if sharing == .all, mean < errors[0] { (errors[0], parents[0]) = (mean, i) }
    }
    guard parents.contains(where: { $0 >= 0 }) else { return nil }
    var state = states[j]
    for row in 0..<state.rows {
      let i = parents[sharing == .all ? 0 : row]
      guard i >= 0 else { continue }
      let h = times[j] - times[i]
      for e in row * d..<(row + 1) * d {
        state.elements[e] = states[i].elements[e] + h * velocities[i].elements[e]
      }
    }
    return Step(state: state, errors: errors, parents: parents)
  }
}
