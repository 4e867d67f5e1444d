import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import Stability

extension DistillationPlan {
  /// p in the law S^{−p} by which a student's squared error is taken to fall with its steps S.
  ///
  /// The same for all: p = 1.25 with the deviation .59, the mean of 61 runs of `best` on planned segments, from 500
  /// to 1,000 steps, on 33 mixtures in 2 to 64 dimensions (Documentation/distilling.md); an estimate.
  static let learningExponent = (value: 1.25, deviation: 0.59)

  /// No segment gets less than this part of an equal share: W_k says what is to be learnt, not that a
  /// network learns it at once.
  private static let leastShare = 0.2

  /// The plan with its steps divided among segments as its recipe says.
  ///
  /// By difficulty, that is by what a network has to learn in segment k beyond an affine map, as it tells at
  /// t = 0:
  /// ```
  /// W_k = E‖Φ_{0←t_k}(A_k x + b_k) − y‖²,    A_k, b_k the least squares fit of Φ_{t_k←t_{k−1}} at x ~ p_{t_{k−1}}
  /// ```
  /// If training for s_k steps leaves W_k s_k^{−p} of it, Σ_k W_k s_k^{−p} is least for s_k ∝ W_k^{1/(1+p)}
  /// (Lagrange). All comes from trajectories of the teacher.
  ///
  /// - Throws: `.teacher` if a trajectory does not arrive.
  public func dividingSteps() throws(DistillationError) -> DistillationPlan {
    let n = grid.segmentCount
    guard recipe.budget == .difficulty, recipe.stepShares == nil, n > 1,
      recipe.sharing == .separate
    else { return self }
    let power = 1 / (1 + Self.learningExponent.value)
    let weights = try difficulties().map { Double.pow($0, power) }
    let whole = weights.reduce(0, +)
    var copy = recipe
    copy.stepShares =
      whole > 0
      ? weights.map { max($0 / whole, Self.leastShare / Double(n)) }
      : nil
    return replacing(copy)
  }

  /// W_k of each segment over the mean square of y: estimates.
  func difficulties() throws(DistillationError) -> [Double] {
    do {
      let count = max(2048, 16 * mixture.dimension)
      let tolerance = recipe.teacherTolerance
      var states = [
        try distilled.sample(
          count, at: grid.times[0], tolerance: tolerance, from: stream("difficulty", segment: 0))
      ]
      for (from, to) in grid.segments {
        states.append(
          try distilled.transport(
            states[states.count - 1], from: from, to: to, tolerance: tolerance
          ).orThrow().states)
      }
      let end = states[states.count - 1]
      let scale = end.rowSquares.reduce(0, +)
      var result: [Double] = []
      for (k, (_, to)) in grid.segments.enumerated() {
        let affine = AffineSkip(states[k], to: states[k + 1])(states[k])
        let arrived =
          to == grid.end
          ? affine
          : try distilled.transport(affine, from: to, to: grid.end, tolerance: tolerance)
            .orThrow().states
        result.append(arrived.rowSquares(minus: end).reduce(0, +) / scale)
      }
      return result
    } catch { throw .teacher(error) }
  }

  /// The same plan with another recipe, perhaps on another grid.
  func replacing(_ recipe: Recipe, on other: TimeGrid? = nil) -> DistillationPlan {
    let grid = other ?? grid
    return learned.map { DistillationPlan(learned: $0, grid: grid, recipe: recipe, seed: seed) }
      ?? DistillationPlan(mixture: mixture, grid: grid, recipe: recipe, seed: seed)
  }
}
