import Arrays
import Mixtures
import RealModule

/// Responsibilities clipped to exactly 0 and 1 near both ends: g = min(max((1 + 2η)γ − η, 0), 1).
///
/// In float32 a component that prevails has g = 1 and all others have g = 0 exactly if γ̂ rounds by
/// less than about η/2.
struct ResponsibilityClip: Sendable {
  /// η, a power of two, so that 1 + η and 1 + 2η are exact also in float32.
  let margin: Double
  /// A bound of what it does to the score, in the norm.
  let bound: Double

  /// The largest η: γ̂ rounds by far less in float32, and a larger one would only cost accuracy.
  static let largestMargin = 0x1p-15
  /// The smallest η: γ̂ rounds by several units 2⁻²⁴ in float32.
  static let smallestMargin = 0x1p-21
  /// A bound of the slope 1 + 2η.
  static let steepest = 1 + 2 * largestMargin

  /// (1 + 2η) times the distances of vectors of these lengths in orthogonal directions, lengths
  /// added: clipping each γ̂_k by itself leaves of an error only (1 + 2η) Σ |γ̂_k − γ_k| times a length.
  static func distances(_ lengths: [Double]) -> Matrix<Double> {
    var result = Matrix<Double>(rows: lengths.count, columns: lengths.count)
    for i in lengths.indices {
      for j in lengths.indices where i != j { result[i, j] = steepest * (lengths[i] + lengths[j]) }
    }
    return result
  }

  /// The largest η that stays within a budget; nil if none does.
  init?(_ parts: SharedScoreParts, budget: Double) {
    let choice = sequence(first: ResponsibilityClip.largestMargin) { $0 / 2 }
      .prefix { $0 >= ResponsibilityClip.smallestMargin }
      .lazy.map { (margin: $0, bound: ResponsibilityClip.bound(parts, $0)) }
      .first { $0.bound <= budget }
    guard let choice else { return nil }
    (margin, bound) = choice
  }

  /// A bound of ‖Σ (g_k − γ_k) C^{-1}m_k‖ (derived).
  ///
  /// |g − γ| = min(γ, 1 − γ, η|1 − 2γ|) ≤ η, so at most √K η times the spectral norm of the matrix of
  /// the C^{-1}m_k, or η times the sum of their lengths. In L^p: with c = min(γ_k, 1 − γ_k) ≤ 2γ_k(1 − γ_k) the p-th
  /// power is at most η^{p−1} c, whose mean is at most 2 Σ_{j≠k} E γ_j γ_k, see `Overlap`.
  private static func bound(_ parts: SharedScoreParts, _ margin: Double) -> Double {
    let lengths = parts.lengths
    let terms = lengths.indices.map { k in
      guard let p = parts.norm.power else { return margin * lengths[k] }
      let overlap = lengths.indices.filter { $0 != k }
        .reduce(0) { $0 + Overlap.bound(parts.marginal, parts.precision, k, $1) }
      return min(margin, .pow(2 * .pow(margin, p - 1) * overlap, 1 / p)) * lengths[k]
    }
    let together = margin * Double(lengths.count).squareRoot() * parts.spectralNorm
    return min(terms.reduce(0, +), together) * (1 + 1e-9)
  }

  /// g = max(1 − max(1 + η − (1 + 2η)γ, 0), 0): two layers of one neuron a component.
  func apply(_ gammas: [Signal], in builder: inout NetworkBuilder) -> [Signal] {
    gammas.map { gamma in
      let missing = builder.relu(-(1 + 2 * margin) * gamma + (1 + margin))
      return builder.relu(-1 * missing + 1)
    }
  }
}
