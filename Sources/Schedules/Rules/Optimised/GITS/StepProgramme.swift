package import Arrays

/// The cheapest path of a given number of steps through a matrix of step costs.
///
/// The value of k steps from point j to the last is V_1(j) = c(j, last) and
/// V_k(j) = min_i c(j, i) + λ V_{k−1}(i) over j < i < last; λ weighs later steps (Chen et al., 2024,
/// section 3.3 and the code published with it). Ties go to the earlier point.
package struct StepProgramme {
  /// The points of the path, from the first to the last.
  package let path: [Int]
  /// V_K(0).
  package let value: Double

  /// A path of known value.
  init(path: [Int], value: Double) { (self.path, self.value) = (path, value) }

  /// The best path of `steps` steps.
  ///
  /// - Precondition: there are at least as many steps from the first point to the last.
  package init(costs: Matrix<Double>, steps: Int, coefficient: Double) {
    let last = costs.rows - 1
    precondition(steps >= 1 && steps <= last, "\(steps) steps over \(last + 1) points")
    var values = (0..<last).map { costs[$0, last] }
    var choices: [[Int]] = []
    for _ in 1..<steps {
      var (next, choice) = ([Double](repeating: .infinity, count: last), [Int](0..<last))
      for j in 0..<last {
        for i in j + 1..<max(last, j + 1) {
          let value = costs[j, i] + coefficient * values[i]
          if value < next[j] { (next[j], choice[j]) = (value, i) }
        }
      }
      values = next
      choices.append(choice)
    }
    value = values[0]
    path =
      choices.reversed().reduce(into: [0]) { path, choice in
        path.append(choice[path[path.count - 1]])
      } + [last]
  }
}
