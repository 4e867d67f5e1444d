/// The pairs of components at one time: how hard each drives trajectories apart and how often it is
/// in doubt.
///
/// Lemma (derived in Documentation/information-certificate.md). For vectors a_k with probabilities
/// γ_k, R_jk = ‖a_j − a_k‖ and any r ≥ 0,
///
///     ‖Cov_γ(a)‖ ≤ r² + Σ_{j<k} R_jk (R_jk − 2r)₊ min(γ_j, γ_k).
///
/// r = 0 is a sum over pairs, 2r = max R is Popoviciu's bound. The mean of min(γ_j, γ_k) over p is the
/// overlap ∫ min(w_j p_j, w_k p_k).
struct PairOverlaps {
  struct Pair {
    /// R_jk.
    var force: Double
    /// ∫ min(w_j p_j, w_k p_k).
    var overlap: Double
  }

  /// By falling force.
  let pairs: [Pair]

  /// Σ_{j<k} R² overlap.
  var sum: Double { pairs.reduce(0) { $0 + $1.force * $1.force * $1.overlap } }

  /// ¼ max R².
  var diameterBound: Double { (pairs.first?.force ?? 0) * (pairs.first?.force ?? 0) / 4 }

  /// min_r r² + (1/δ) Σ R (R − 2r)₊ overlap ≥ E[‖Cov_γ(a)‖ | A] for P(A) ≥ δ: convex and piecewise
  /// quadratic in r, so the minimum is found by walking down the forces.
  func least(_ probability: Double) -> Double {
    var (first, second) = (0.0, 0.0)
    for (m, pair) in pairs.enumerated() {
      let mass = pair.force * pair.overlap / probability
      let kink = 0.5 * pair.force
      // The slope is 2(r − first) to the right of the kink and 2(r − first − mass) to its left.
      first += mass
      second += pair.force * mass
      if first >= kink { return value(kink, first, second) }
      let next = m + 1 < pairs.count ? 0.5 * pairs[m + 1].force : 0
      if first >= next { return value(first, first, second) }
    }
    return 0
  }

  private func value(_ r: Double, _ first: Double, _ second: Double) -> Double {
    r * r + second - 2 * r * first
  }
}
