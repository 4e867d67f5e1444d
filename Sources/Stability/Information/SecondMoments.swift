import Arrays
import Mixtures
import RealModule

/// The covariance of X_0, for the bound h(X_t) ≤ entropy of a Gaussian of the same covariance.
struct SecondMoments: Sendable {
  /// Decompositions of a higher order would cost more than the bound gives.
  private static let largestOrder = 512

  /// Its eigenvalues, without those that equal `floor` for isotropic components.
  private let eigenvalues: [Double]
  private let floor: (variance: Double, count: Int)

  /// Nil above the largest order.
  init?(_ mixture: GaussianMixture) {
    let (k, d) = (mixture.componentCount, mixture.dimension)
    if case .spherical(let variances) = mixture.covariances {
      guard let spread = SecondMoments.spreadOfMeans(mixture) else { return nil }
      let variance = zip(mixture.weights, variances).reduce(0) { $0 + $1.0 * $1.1 }
      eigenvalues = spread.map { $0 + variance }
      floor = (variance, d - spread.count)
      return
    }
    guard d <= SecondMoments.largestOrder else { return nil }
    let centred = centredMeans(mixture)
    var covariance = Gemm.product(transposed: centred, centred)
    for i in 0..<k {
      let part = mixture.covariance(i)
      for e in part.elements.indices {
        covariance.elements[e] += mixture.weights[i] * part.elements[e]
      }
    }
    guard let eigen = SymmetricEigen(covariance) else { return nil }
    eigenvalues = eigen.values.map { max(0, $0) }
    floor = (0, 0)
  }

  /// min(K, d) eigenvalues of Cov_w(μ), all others being 0; nil above the largest order.
  static func spreadOfMeans(_ mixture: GaussianMixture) -> [Double]? {
    let (k, d) = (mixture.componentCount, mixture.dimension)
    guard min(k, d) <= largestOrder else { return nil }
    let centred = centredMeans(mixture)
    // The Gram matrix has the same non-zero eigenvalues and may be far smaller.
    let gram =
      k < d
      ? Gemm.product(centred, transposed: centred) : Gemm.product(transposed: centred, centred)
    return SymmetricEigen(gram)?.values.map { max(0, $0) }
  }

  /// ½ log det Cov(X_t) − Σ_k w_k ½ log det C_k ≥ I_t.
  func information(_ pairs: ComponentPairs, alpha: Double, sigmaSquared: Double) -> Double {
    func logVariance(_ eigenvalue: Double) -> Double {
      .log(alpha * alpha * eigenvalue + sigmaSquared)
    }
    let total = eigenvalues.reduce(Double(floor.count) * logVariance(floor.variance)) {
      $0 + logVariance($1)
    }
    let within = pairs.weights.indices.reduce(0) { sum, k in
      sum + pairs.weights[k] * pairs.logDeterminant(k, logVariance)
    }
    return 0.5 * (total - within)
  }
}

/// The rows √w_k (μ_k − mean).
private func centredMeans(_ mixture: GaussianMixture) -> Matrix<Double> {
  let mean = mixture.mean
  var result = mixture.means
  for k in 0..<result.rows {
    let root = mixture.weights[k].squareRoot()
    for a in 0..<result.columns { result[k, a] = root * (result[k, a] - mean[a]) }
  }
  return result
}
