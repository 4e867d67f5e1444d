package import Arrays

/// Trajectories of a multistep teacher down a ladder of noise levels, with the slope at each.
///
/// The teacher is iPNDM of order 4 (Zhang and Chen, 2023): Adams–Bashforth weights of uniform steps,
/// used on uneven ones, with orders 1, 2 and 3 on the first three steps.
package struct TeacherTrajectories: Sendable {
  /// The levels, descending.
  package let levels: [Double]
  /// The states at each level.
  package let states: [Matrix<Double>]
  /// The slopes at each level but the last.
  package let slopes: [Matrix<Double>]

  /// Adams–Bashforth weights, the newest slope first, by order.
  private static let weights: [[Double]] = [
    [1], [3.0 / 2, -1.0 / 2], [23.0 / 12, -16.0 / 12, 5.0 / 12],
    [55.0 / 24, -59.0 / 24, 37.0 / 24, -9.0 / 24],
  ]

  /// Carries the rows of `start`, states at the first level, down the ladder.
  package init(_ flow: NoiseLevelFlow, from start: Matrix<Double>, along levels: [Double]) {
    self.levels = levels
    var (states, slopes) = ([start], [Matrix<Double>]())
    for (level, next) in zip(levels, levels.dropFirst()) {
      var state = states[states.count - 1]
      slopes.append(flow.slope(state, at: level))
      let weights = TeacherTrajectories.weights[min(slopes.count, 4) - 1]
      for (weight, slope) in zip(weights, slopes.reversed()) {
        let factor = (next - level) * weight
        for i in state.elements.indices { state.elements[i] += factor * slope.elements[i] }
      }
      states.append(state)
    }
    (self.states, self.slopes) = (states, slopes)
  }

  /// Evaluations of the denoiser.
  package var evaluations: Int { slopes.count * states[0].rows }
}
