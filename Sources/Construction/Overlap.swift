import Arrays
import Mixtures
import RealModule

/// How much two components share.
enum Overlap {
  /// A bound of E[γ_i γ_j] (derived).
  ///
  /// γ_i γ_j p ≤ w_i p_i w_j p_j/(w_i p_i + w_j p_j) is at most half of the geometric mean of w_i p_i
  /// and w_j p_j, whose integral is √(w_i w_j) times Bhattacharyya's coefficient.
  static func bound(
    _ marginal: Marginal, _ precision: SharedPrecision, _ i: Int, _ j: Int
  ) -> Double {
    let mixture = marginal.mixture
    let step = Norms.difference(mixture.means[row: i], mixture.means[row: j])
      .map { marginal.alpha * $0 }
    let distance = zip(step, precision.product(step).value).reduce(0) { $0 + $1.0 * $1.1 }
    return 0.5 * (mixture.weights[i] * mixture.weights[j]).squareRoot()
      * .exp(-distance / 8 * (1 - 1e-9))
  }

  /// What logit errors whose range is 1 do to the score in L^p(p_t) at most (derived).
  ///
  /// The score moves by Σ_{i<j} γ_i γ_j (δ_i − δ_j) C^{-1}(m_i − m_j), at the stored logits instead of
  /// the exact ones up to a factor e^{2 range}, which the caller adds; and E(γ_i γ_j)^p ≤
  /// 4^{1−p} E γ_i γ_j.
  static func sensitivity(
    _ marginal: Marginal, _ precision: SharedPrecision, _ distances: Matrix<Double>, _ p: Double
  ) -> Double {
    var sum = 0.0
    for i in 0..<distances.rows {
      for j in 0..<i {
        let overlap = bound(marginal, precision, i, j)
        sum += distances[i, j] * .pow(.pow(4, 1 - p) * overlap, 1 / p)
      }
    }
    return sum
  }
}
