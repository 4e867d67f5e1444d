import Arrays
import Mixtures
import RealModule

/// How the covariances of two components compare, which does not depend on time:
/// C_k − C_j = α²(Σ_k − Σ_j).
enum CovarianceRelation: Sendable, Equatable {
  /// Σ_j = Σ_k.
  case equal
  /// Σ_j ⪯ Σ_k, with `reach` = ½ (μ_j − μ_k)ᵀ(Σ_k − Σ_j)^{-1}(μ_j − μ_k), the means' part in the largest
  /// value of log γ_j/γ_k.
  case below(reach: Double)
  /// Σ_k ⪯ Σ_j.
  case above
  /// Neither.
  case crossing
  /// Σ_j ⪯ Σ_k or the reverse, but the means differ in a direction in which both agree, so that the
  /// log-ratio is linear there.
  case linear
  /// Too close to singular for float64 to tell.
  case undecided
}

/// The relations of all pairs of components of a mixture.
///
/// For spherical and diagonal covariances the comparisons are exact. For full ones the difference is
/// decomposed, and an eigenvalue counts as positive only beyond the decomposition's error.
struct CovarianceOrder: Sendable {
  let count: Int
  private let relations: [CovarianceRelation]

  init(_ mixture: GaussianMixture) {
    let k = mixture.componentCount
    count = k
    relations = Parallel.map(k * k) { compare(mixture, $0 / k, $0 % k) }
  }

  subscript(j: Int, k: Int) -> CovarianceRelation { relations[j * count + k] }

  /// The reach if Σ_j ⪯ Σ_k and the log-ratio is bounded above; else nil.
  func reach(_ j: Int, _ k: Int) -> Double? {
    if case .below(let reach) = self[j, k] { return reach }
    return nil
  }

  /// Whether some covariance is at least as large as all others.
  var hasLargest: Bool {
    (0..<count).contains { k in
      (0..<count).allSatisfy { j in
        switch self[j, k] {
        case .equal, .below: true
        // A linear part leaves the order of the covariances open either way.
        case .linear, .undecided: true
        case .above, .crossing: false
        }
      }
    }
  }
}

private func compare(_ mixture: GaussianMixture, _ j: Int, _ k: Int) -> CovarianceRelation {
  let spectrum = mixture.spectrum
  if j == k || spectrum.isShared { return .equal }
  let shift = zip(spectrum.means[row: j], spectrum.means[row: k]).map { $0 - $1 }
  switch spectrum.geometry {
  case .isotropic:
    let gap = spectrum.lambda[k, 0] - spectrum.lambda[j, 0]
    let square = shift.reduce(0) { $0 + $1 * $1 }
    return relation(gaps: [gap], squares: [square], error: 0)
  case .diagonal:
    let gaps = zip(spectrum.lambda[row: k], spectrum.lambda[row: j]).map { $0 - $1 }
    return relation(gaps: gaps, squares: shift.map { $0 * $0 }, error: 0)
  case .full:
    if spectrum.lambda[row: j] == spectrum.lambda[row: k],
      spectrum.rotations[j] == spectrum.rotations[k]
    {
      return .equal
    }
    guard let eigen = SymmetricEigen(covarianceGap(mixture, j, k)) else { return .undecided }
    let turned = RowProducts.product(Matrix([shift]), eigen.vectorRows.transposed).elements
    let size = (mixture.largestVariances[j] + mixture.largestVariances[k])
    // A generous multiple of LAPACK's backward error for dsyevd.
    let error = 16 * Double(mixture.dimension) * Double.ulpOfOne * size
    return relation(gaps: eigen.values, squares: turned.map { $0 * $0 }, error: error)
  }
}

/// Σ_k − Σ_j.
func covarianceGap(_ mixture: GaussianMixture, _ j: Int, _ k: Int) -> Matrix<Double> {
  let (first, second) = (mixture.covariance(j), mixture.covariance(k))
  var result = second
  for a in 0..<result.rows {
    for b in 0..<result.columns {
      // Symmetric whatever the rounding in which the matrices were given.
      result[a, b] = 0.5 * (second[a, b] - first[a, b] + second[b, a] - first[b, a])
    }
  }
  return result
}

/// The relation from the eigenvalues of Σ_k − Σ_j, known up to `error`, and the squares of μ_j − μ_k
/// along its eigenvectors.
private func relation(
  gaps: [Double], squares: [Double], error: Double
) -> CovarianceRelation {
  let positive = gaps.contains { $0 > error }
  let negative = gaps.contains { $0 < -error }
  if positive && negative { return .crossing }
  if error > 0 && gaps.contains(where: { abs($0) <= error }) { return .undecided }
  if zip(gaps, squares).contains(where: { $0 == 0 && $1 != 0 }) {
    return positive || negative ? .linear : .equal
  }
  if negative { return .above }
  guard positive else { return .equal }
  var reach = 0.0
  // (Σ_k − Σ_j)^{-1} is at most the inverse of what is computed less its error.
  for (gap, square) in zip(gaps, squares) where square > 0 { reach += 0.5 * square / (gap - error) }
  return reach.isFinite ? .below(reach: reach) : .undecided
}
