import Arrays
import Mixtures
import RealModule

/// Bounds of ‖y''‖ and ‖y'''‖ in L² along the flow dy/dr = M(y, r) = Σ γ_k μ_k from p_T (derived).
///
/// The logits ℓ_k = log w_k + r μ_kᵀy − ½r²‖μ_k‖² have, along a solution and up to what all share, the
/// rates ℓ'_k = μ_kᵀ(y + rM) − r‖μ_k‖² and ℓ''_k = −‖μ_k − M‖² + r μ_kᵀy''. With pairs i < j
///
///   y'' = Cov_γ(μ, ℓ') = Σ γ_iγ_j (μ_i − μ_j) Δ'_ij,
///   y''' = E_γ[(μ − M)(ℓ' − E_γℓ')²] + Cov_γ(μ, ℓ''),
///
/// so that in L² (Minkowski) ‖y''‖ ≤ Σ D_ij ‖γ_iγ_jΔ'_ij‖ =: B₂, and ‖y'''‖ ≤ D Σ ‖γ_iγ_j Δ'_ij²‖ +
/// Σ min(D², 2 D D_ij) D_ij ‖γ_iγ_j‖ + ¼ r D² B₂ =: B₃: no ‖μ_k − M‖ exceeds D, Var_γℓ' = Σ γ_iγ_jΔ'_ij²
/// and |‖μ_i − M‖² − ‖μ_j − M‖²| is at most D² and 2 D D_ij. `PairMoments` bounds the norms.
///
/// For every y (not only in the mean): Δ'_ij = (gap_j − gap_i − log w_i/w_j)/r + …, where gap_k ≥ 0 is
/// the distance to the largest logit. As −log γ_k ≥ gap_k, E gap ≤ log K (entropy) and E gap² ≤
/// (1 + log K)² − 1 (concavity of (1 + log z)²). With W the range of log w:
///
///   ‖y''‖ ≤ D (log K + W/4)/r + r D³/8,
///   ‖y'''‖ ≤ D (√E gap²/r + W/2r + r D²/4)² + ¼ D (D² + r D ‖y''‖).
///
/// Each cell of r keeps the smaller of the two.
struct FlowDerivatives: Sendable {
  /// The ends of the cells, increasing.
  let ends: [Double]
  /// B₂ of each cell.
  let second: [Double]
  /// B₃ of each cell.
  let third: [Double]

  /// More pairs than these are left to the bound for every y.
  private static let pairLimit = 20_000

  /// Bounds over cells of [start, end].
  init(_ mixture: GaussianMixture, diameter: Double, from start: Double, to end: Double) {
    let count = mixture.componentCount
    let pairs = count * (count - 1) / 2 <= Self.pairLimit ? Self.pairs(mixture) : []
    let cells = min(200, max(60, 60_000 / max(1, pairs.count)))
    let ends = (0...cells).map { start + (end - start) * Double($0) / Double(cells) }
    let weights = mixture.weights
    let range = Double.log(weights.reduce(0, max) / weights.reduce(1, min))
    let bounds = Parallel.map(cells) { cell -> (second: Double, third: Double) in
      let (low, high) = (ends[cell], ends[cell + 1])
      var bound = Self.everywhere(count, diameter, range, low, high)
      if pairs.isEmpty { return bound }
      var (second, variance, plain) = (0.0, 0.0, 0.0)
      for pair in pairs {
        let moments = pair.bounds(from: low, to: high)
        second += pair.distance * moments.second.squareRoot()
        variance += moments.fourth.squareRoot()
        plain +=
          pair.distance * min(diameter * diameter, 2 * diameter * pair.distance)
          * moments.plain.squareRoot()
      }
      bound.second = min(bound.second, second)
      bound.third = min(
        bound.third,
        diameter * variance + plain + 0.25 * high * diameter * diameter * bound.second)
      return bound
    }
    self.ends = ends
    second = bounds.map { $0.second * (1 + 1e-9) }
    third = bounds.map { $0.third * (1 + 1e-9) }
  }

  /// B₂ and B₃ on [r, R] within the range.
  func bounds(from r: Double, to end: Double) -> (second: Double, third: Double) {
    let width = (ends[ends.count - 1] - ends[0]) / Double(second.count)
    func cell(_ r: Double) -> Int {
      min(max(0, Int(((r - ends[0]) / width).rounded(.down))), second.count - 1)
    }
    // One more on both sides: the place of an end rounds.
    let cells = max(0, cell(r) - 1)...min(second.count - 1, cell(end) + 1)
    return (second[cells].reduce(0, max), third[cells].reduce(0, max))
  }

  /// The bounds for every y, infinite where r = 0.
  private static func everywhere(
    _ count: Int, _ diameter: Double, _ range: Double, _ r: Double, _ end: Double
  ) -> (second: Double, third: Double) {
    let (d, log) = (diameter, Double.log(Double(count)))
    let second = d * (log + range / 4) / r + end * d * d * d / 8
    let one = 1 + log
    let spread = ((one * one - 1).squareRoot() + range / 2) / r + end * d * d / 4
    return (second, d * spread * spread + d / 4 * (d * d + end * d * second))
  }

  private static func pairs(_ mixture: GaussianMixture) -> [PairMoments] {
    let (means, weights) = (mixture.means, mixture.weights)
    return (0..<mixture.componentCount).flatMap { i in
      (0..<i).map { j in
        let step = Norms.difference(means[row: i], means[row: j])
        func along(_ k: Int) -> Double {
          zip(step, means[row: k]).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let middle = 0.5 * (along(i) + along(j))
        let reach = (0..<mixture.componentCount).reduce(0) { max($0, abs(along($1) - middle)) }
        return PairMoments(
          distance: Norms.length(step), reach: reach * (1 + 1e-9),
          logRatio: .log(weights[i] / weights[j]), weight: weights[i])
      }
    }
  }
}
