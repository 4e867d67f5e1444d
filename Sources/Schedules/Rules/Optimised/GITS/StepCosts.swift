package import Arrays
import RealModule

/// What one Euler step of the student from teacher's state i to level j costs.
package enum StepMetric {
  /// The distance to the teacher's state j.
  case distance
  /// How much farther the step lands from the chord of the trajectory, the line between its ends, than
  /// the teacher's state j does.
  ///
  /// It may be negative, and is 0 in one dimension.
  case deviation
}

extension TeacherTrajectories {
  /// The cost of each step i → j > i, summed over trajectories; other entries are infinite.
  package func summedCosts(_ metric: StepMetric) -> Matrix<Double> {
    let count = levels.count
    let chords = metric == .deviation ? Chords(from: states[0], to: states[count - 1]) : nil
    let teacher = chords.map { chords in
      states.enumerated().map { j, x in j == count - 1 ? 0 : chords.distances(x).reduce(0, +) }
    }
    let rows = Parallel.map(count) { i in
      (0..<count).map { j -> Double in
        guard i < j else { return .infinity }
        let (x, d, h) = (states[i].elements, slopes[i].elements, levels[j] - levels[i])
        var stepped = states[i]
        for e in x.indices { stepped.elements[e] = x[e] + h * d[e] }
        guard let chords, let teacher else { return summedDistance(stepped, states[j]) }
        return chords.distances(stepped).reduce(0, +) - teacher[j]
      }
    }
    return Matrix(rows)
  }
}

/// Σ over rows of ‖x − y‖.
private func summedDistance(_ x: Matrix<Double>, _ y: Matrix<Double>) -> Double {
  (0..<x.rows).reduce(0) { sum, row in
    let squares = (row * x.columns..<(row + 1) * x.columns).reduce(0.0) {
      let difference = x.elements[$1] - y.elements[$1]
      return $0 + difference * difference
    }
    return sum + squares.squareRoot()
  }
}

/// The line through the two ends of each trajectory.
private struct Chords: Sendable {
  private let end: Matrix<Double>
  /// Unit vectors along the lines.
  private let direction: Matrix<Double>

  init(from start: Matrix<Double>, to end: Matrix<Double>) {
    var direction = end
    for row in 0..<end.rows {
      let range = row * end.columns..<(row + 1) * end.columns
      for e in range { direction.elements[e] -= start.elements[e] }
      let length = range.reduce(0) { $0 + direction.elements[$1] * direction.elements[$1] }
        .squareRoot()
      for e in range { direction.elements[e] /= length }
    }
    (self.end, self.direction) = (end, direction)
  }

  /// The distance of each row from its line.
  func distances(_ x: Matrix<Double>) -> [Double] {
    (0..<x.rows).map { row in
      let range = row * x.columns..<(row + 1) * x.columns
      let along = range.reduce(0.0) {
        $0 + (end.elements[$1] - x.elements[$1]) * direction.elements[$1]
      }
      return range.reduce(0.0) {
        let across = end.elements[$1] - x.elements[$1] - along * direction.elements[$1]
        return $0 + across * across
      }.squareRoot()
    }
  }
}
