import Mixtures
import RealModule

/// What approximate α(t) and 1/s(t)² and stored coefficients do to a score in time (derived).
///
/// The network has α̂ = α + δ, q̂ = (1 + η) q with q = 1/s², ρ̂ = α̂ q̂ and logits ρ̂ û_k, where the
/// exact ones are ρ u_k + log w_k. With m̃ the average of the means under its responsibilities,
///
///   ŝ − s = η s + q̂ δ m̃ + q̂ α (m̃ − m̄),
///
/// which is of the form η ‖s(x)‖ + C. m̃ − m̄ has three causes: ρ̂ multiplies the logits by 1 + η_ρ
/// (a path of Cov_γ(μ, ℓ − log w), at most D (log K + ¼ max log w_i/w_j) because the mean gap to the
/// largest logit is at most γ's entropy); δ and rounded offsets shift them by constants of range r;
/// rounded slopes shift them by ‖x‖ times a constant. A range costs ¼ D, or in L^p(p_t) e^{2r} times
/// the overlap of the modes.
struct TimeErrorBound: Sendable {
  let cells: [TimeCells.Cell]
  /// |σ_0² − σ∞²| and σ_0² + σ∞².
  let varianceRange: (difference: Double, sum: Double)
  /// D, the largest distance of two means; the largest ‖μ_k‖; the range of ‖μ_k‖².
  let means: (diameter: Double, farthest: Double, squares: Double)
  /// log K and the range of the log-weights.
  let entropy: (components: Double, weights: Double)
  /// The errors of the stored u_i − u_j: of its constant, which multiplies α, and of its slopes.
  let stored: LogitDifferences.Bound
  /// Whether bounds are in units of ‖s‖_{L^p(p_t)}.
  let relative: Bool

  /// η, the constant C of each power and the factor of m̃ − m̄ in one cell.
  func errors(
    _ cell: TimeCells.Cell, alphaError delta: Double, reciprocalError: Double
  ) -> (slope: Double, constants: [Double], factor: Double)? {
    let unit = 0x1p-53
    let variance =
      (varianceRange.difference * (2 * cell.alphaHigh + delta) * delta
        + 6 * unit * varianceRange.sum) / cell.varianceLow
    guard variance < 0.5 else { return nil }
    let slope = (1 + reciprocalError) / (1 - variance) - 1
    let tempering = slope + (1 + slope) * delta / cell.alphaLow
    guard tempering < 0.1 else { return nil }
    let steepness = cell.alphaHigh / cell.varianceLow
    let rho = steepness * (1 + tempering)
    let range = rho * (0.5 * delta * means.squares + (cell.alphaHigh + delta) * stored.constant)
    let growth = 0.25 * means.diameter * rho * stored.slope * cell.reach
    let uniform = means.diameter * (entropy.components + 0.25 * (entropy.weights + range))
    // The responsibilities along the path exceed powers 1 − η_ρ of the exact ones by this at most.
    let power =
      Double.exp(
        2 * tempering * entropy.components + 4 * tempering * (entropy.weights + range) + range)
      / (1 - 2 * tempering)
    let factor = (1 + slope) * steepness
    let constants = TimeCells.powers.indices.map { n in
      let shifted = min(
        0.25 * means.diameter * range, cell.overlaps[n] * range * .exp(2 * range))
      let tempered = cell.temperings[n]
      let scaled = min(uniform, power * (tempered.weighted + 0.5 * range * tempered.plain))
      let moved = shifted + growth + scaled * tempering / (1 - tempering)
      let output = 4 * unit * (means.diameter + means.farthest)
      return factor * (moved + output) + (1 + slope) * delta * means.farthest / cell.varianceLow
    }
    return (slope, constants, factor)
  }

  /// The largest error over all cells and powers, and what m̃ may be off besides to stay below
  /// `tolerance`.
  func largest(
    alphaError: Double, reciprocalError: Double, tolerance: Double
  ) -> (error: Double, left: Double) {
    var (worst, left) = (0.0, Double.infinity)
    for cell in cells {
      let bound = errors(cell, alphaError: alphaError, reciprocalError: reciprocalError)
      guard let bound else { return (.infinity, 0) }
      for (n, constant) in bound.constants.enumerated() {
        let unit = relative ? cell.scoreNorms[n] : 1
        let error =
          relative
          ? bound.slope + constant / unit : bound.slope * cell.scoreNormAbove + constant
        worst = max(worst, error)
        left = min(left, (tolerance - error) * unit / bound.factor)
      }
    }
    return (worst, left)
  }

  /// The bound of each power p, the largest over all cells, when m̃ is off by `average` besides.
  func bounds(alphaError: Double, reciprocalError: Double, average: Double) -> [Double] {
    var result = [0.0, 0, 0]
    for cell in cells {
      let bound = errors(cell, alphaError: alphaError, reciprocalError: reciprocalError)
      guard let bound else { return [.infinity, .infinity, .infinity] }
      for (n, constant) in bound.constants.enumerated() {
        let total = constant + bound.factor * average
        result[n] = max(
          result[n],
          relative
            ? bound.slope + total / cell.scoreNorms[n]
            : bound.slope * cell.scoreNormAbove + total)
      }
    }
    return result.map { $0 * (1 + 1e-9) }
  }
}
