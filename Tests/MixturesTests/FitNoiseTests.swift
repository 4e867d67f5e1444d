import Arrays
import Mixtures
import Testing

/// A mixture of three well-separated components in four dimensions.
private func truth(_ type: CovarianceType) throws -> GaussianMixture {
  let means = Matrix<Double>([[0, 0, 0, 0], [6, -5, 4, 0], [-5, 5, 5, 6]])
  let variances = Matrix<Double>([
    [0.5, 1, 1.5, 2], [0.8, 0.6, 2, 1.2], [1.5, 0.7, 0.4, 1],
  ])
  let full = (0..<3).map { k -> Matrix<Double> in
    let normals = RandomStream(seed: 3).substream(UInt64(k)).normals(rows: 4, columns: 4)
    guard let eigen = SymmetricEigen(Gemm.product(normals, transposed: normals)) else {
      return .identity(4)
    }
    var scaled = eigen.vectorRows
    for j in 0..<4 {
      for a in 0..<4 { scaled[j, a] *= variances[k, j].squareRoot() }
    }
    return Gemm.product(transposed: scaled, scaled)
  }
  let covariances: Covariances =
    switch type {
    case .spherical: .spherical([0.5, 1, 1.5])
    case .diagonal: .diagonal(variances)
    case .tied: .tied(full[0])
    case .full: .full(full)
    }
  return try GaussianMixture(weights: [0.4, 0.3, 0.3], means: means, covariances: covariances)
}

private func spectrum(_ mixture: GaussianMixture, _ k: Int) -> [Double] {
  let matrix = mixture.covariance(k)
  if case .diagonal = mixture.covariances { return (0..<4).map { matrix[$0, $0] } }
  return SymmetricEigen(matrix)?.values ?? []
}

/// Noise of variance ¼ on components with variances v from 0.4 to 2 comes out again.
///
/// From n samples of a component a variance is known to (v + τ)√(2/n) at best: 3.8 % of the
/// smallest one here, so that the bar of 10 % is 2.6 standard errors there and more elsewhere.
@Test(arguments: CovarianceType.allCases)
func knownNoiseIsTakenOut(_ type: CovarianceType) throws {
  let clean = try truth(type)
  let noise = 0.25
  let x = Marginal(clean, alpha: 1, sigmaSquared: noise)
    .sample(20_000, from: RandomStream(seed: 11))
  let fit = try GaussianMixture.fit(
    x,
    options: FitOptions(
      componentCount: 3, covarianceType: type, noiseVariance: noise, restarts: 2, tolerance: 1e-7))
  #expect(fit.isConverged)
  var worst = (variance: 0.0, mean: 0.0, weight: 0.0)
  let distances = GaussianKernels.squaredDistances(clean.means, fit.mixture.means)
  for k in 0..<3 {
    let match = (0..<3).min { distances[k, $0] < distances[k, $1] } ?? 0
    worst.mean = max(worst.mean, distances[k, match].squareRoot())
    worst.weight = max(worst.weight, abs(fit.mixture.weights[match] - clean.weights[k]))
    let (expected, found) = (spectrum(clean, k), spectrum(fit.mixture, match))
    try #require(found.count == 4)
    for a in 0..<4 { worst.variance = max(worst.variance, abs(found[a] / expected[a] - 1)) }
  }
  #expect(worst.variance < 0.1, "\(type): \(worst)")
  #expect(worst.mean < 0.1, "\(type): \(worst)")
  #expect(worst.weight < 0.015, "\(type): \(worst)")
  // Without the option the noise stays in: the test above can fail.
  let naive = try GaussianMixture.fit(
    x, options: FitOptions(componentCount: 3, covarianceType: type, restarts: 1))
  #expect(naive.mixture.smallestVariance > clean.smallestVariance + 0.7 * noise)
}
