import Arrays
import Mixtures
import RealModule

/// A lower bound of ‖s‖_{L²(p_t)} for a shared covariance C.
enum ScoreNorm {
  /// The larger of two bounds (derived).
  ///
  /// E‖s‖² = tr C^{-1} − Σ_{i<j} E[γ_i γ_j] ‖C^{-1}(m_i − m_j)‖², where E[γ_i γ_j] ≤ ½ √(w_i w_j)
  /// exp(−⅛ (m_i − m_j)ᵀ C^{-1} (m_i − m_j)), see `Overlap`. And E‖s‖² ≥ d²/tr Cov(p_t) (Cramér and Rao, then Cauchy and Schwarz).
  static func lowerBound(_ marginal: Marginal, _ precision: SharedPrecision) -> Double {
    let mixture = marginal.mixture
    let (count, d) = (mixture.componentCount, mixture.dimension)
    var direct = (0..<d).reduce(0) { $0 + precision.matrix[$1, $1] }
    for i in 0..<count {
      for j in 0..<i {
        let step = Norms.difference(mixture.means[row: i], mixture.means[row: j])
          .map { marginal.alpha * $0 }
        let steep = precision.product(step).value
        direct -=
          Overlap.bound(marginal, precision, i, j) * steep.reduce(0) { $0 + $1 * $1 }
      }
    }
    let mean = mixture.mean.reduce(0) { $0 + $1 * $1 }
    let spread =
      marginal.alpha * marginal.alpha * (mixture.secondMoment - mean)
      + Double(d) * marginal.sigmaSquared
    return max(direct, Double(d * d) / spread).squareRoot() * (1 - 1e-9)
  }
}
