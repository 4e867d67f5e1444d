import Arrays
import Mixtures
import Testing

/// A random data set: clusters of different sizes and shapes, some with duplicates, a constant
/// column, or fewer samples than a covariance needs.
private func randomData(_ seed: Int) -> Matrix<Double> {
  let stream = RandomStream(seed: 77).substream(UInt64(seed))
  let u = stream.substream("shape").uniforms(8)
  let (n, d, clusters) = (6 + Int(u[0] * 200), 1 + Int(u[1] * 6), 1 + Int(u[2] * 4))
  var x = stream.substream("noise").normals(rows: n, columns: d)
  let centres = stream.substream("centres").normals(rows: clusters, columns: d)
  let spread = 6 * u[3]
  for i in 0..<n {
    for a in 0..<d {
      x[i, a] = x[i, a] * (1 + Double(a)) * (0.1 + u[4]) + spread * centres[i % clusters, a] + 3
    }
    if seed % 5 == 0 { x[i, d - 1] = 2.5 }
    if seed % 7 == 0, i % 2 == 1 { x[row: i] = x[row: i - 1] }
  }
  return x
}

@Test(arguments: CovarianceType.allCases)
func theLikelihoodNeverDecreases(_ type: CovarianceType) throws {
  var iterations = 0
  for seed in 0..<40 {
    let x = randomData(seed)
    for noise in [0, 0.3] {
      // Floors from harmless to far above the data's own variances.
      let floor = [1e-6, 1e-2, 0.5, 3][seed % 4]
      let options = FitOptions(
        componentCount: 1 + seed % 5, covarianceType: type, noiseVariance: noise,
        covarianceFloor: floor, restarts: 2, maximumIterations: 40, tolerance: 0,
        seed: UInt64(seed))
      let fit = try GaussianMixture.fit(x, options: options)
      for (before, after) in zip(fit.trace, fit.trace.dropFirst()) {
        #expect(
          after >= before - 1e-10 * (1 + abs(before)),
          "\(type), seed \(seed), noise \(noise): \(before) to \(after)")
      }
      iterations += fit.iterations
      // Composing a matrix and decomposing it again keeps eigenvalues to a few d·ε of the largest.
      let rounding = 10 * Double(x.columns) * .ulpOfOne * (fit.mixture.largestVariances.max() ?? 0)
      #expect(fit.mixture.smallestVariance >= floor - rounding, "\(type), seed \(seed)")
      #expect(fit.meanLogLikelihood == fit.restartLogLikelihoods.max())
      let density = Marginal(fit.mixture, alpha: 1, sigmaSquared: noise).logDensity(x)
      let mean = density.reduce(0, +) / Double(x.rows)
      #expect(abs(mean - fit.meanLogLikelihood) < 1e-8 * (1 + abs(mean)))
    }
  }
  #expect(iterations > 500, "only \(iterations) iterations were looked at")
}

/// No nearby covariance within the bound explains the data better than the fitted one: K = 1.
@Test(arguments: CovarianceType.allCases)
func oneComponentIsTheConstrainedOptimum(_ type: CovarianceType) throws {
  for seed in 0..<10 {
    let x = randomData(seed * 2 + 1)
    let (noise, floor) = (0.2, 0.6)
    let fit = try GaussianMixture.fit(
      x,
      options: FitOptions(
        componentCount: 1, covarianceType: type, noiseVariance: noise, covarianceFloor: floor))
    let d = x.columns
    let best = fit.meanLogLikelihood
    for variant in 0..<20 {
      let direction = RandomStream(seed: 5).substream(UInt64(variant)).normals(rows: d, columns: d)
      let other = try perturbed(fit.mixture, direction, type)
      guard other.smallestVariance >= floor else { continue }
      let density = Marginal(other, alpha: 1, sigmaSquared: noise).logDensity(x)
      #expect(density.reduce(0, +) / Double(x.rows) <= best + 1e-11)
    }
  }
}

/// The mixture with its covariance moved a little along a positive or symmetric direction.
private func perturbed(
  _ mixture: GaussianMixture, _ direction: Matrix<Double>, _ type: CovarianceType
) throws -> GaussianMixture {
  let d = mixture.dimension
  var matrix = mixture.covariance(0)
  let wish = Gemm.product(direction, transposed: direction)
  for a in 0..<d {
    for b in 0..<d {
      matrix[a, b] += 1e-3 * (direction[0, 0] > 0 ? wish[a, b] : direction[a, b] + direction[b, a])
    }
  }
  let diagonal = (0..<d).map { matrix[$0, $0] }
  let covariances: Covariances =
    switch type {
    case .spherical: .spherical([diagonal.reduce(0, +) / Double(d)])
    case .diagonal: .diagonal(Matrix([diagonal]))
    case .tied: .tied(matrix)
    case .full: .full([matrix])
    }
  return try GaussianMixture(weights: [1], means: mixture.means, covariances: covariances)
}

@Test(arguments: CovarianceType.allCases)
func theFitDoesNotDependOnThreads(_ type: CovarianceType) throws {
  let x = randomData(23)
  // Long enough for several blocks and slabs.
  var long = x
  while long.rows < 2600 {
    long = Matrix(
      rows: long.rows + x.rows, columns: x.columns,
      elements: long.elements + x.elements.map { $0 + 0.01 * Double(long.rows % 7) })
  }
  let options = FitOptions(
    componentCount: 3, covarianceType: type, restarts: 2, maximumIterations: 5, seed: 9)
  let before = Parallel.threadCount
  defer { Parallel.threadCount = before }
  Parallel.threadCount = 1
  let one = try GaussianMixture.fit(long, options: options)
  Parallel.threadCount = 4
  let four = try GaussianMixture.fit(long, options: options)
  #expect(four == one)
}

@Test func seedsDecideTheStartsAndOnlyThose() throws {
  let x = randomData(23)
  var options = FitOptions(componentCount: 5, restarts: 4, seed: 1)
  let first = try GaussianMixture.fit(x, options: options)
  let again = try GaussianMixture.fit(x, options: options)
  #expect(again == first)
  options.seed = 2
  let second = try GaussianMixture.fit(x, options: options)
  #expect(second.restartLogLikelihoods != first.restartLogLikelihoods)
}

/// In many dimensions most logits are bounded, not computed; one iteration must be that of the formulas,
/// whether components overlap wholly, in part or not.
@Test(arguments: [0, 0.3, 1, 20])
func oneIterationIsThatOfTheResponsibilities(_ spread: Double) throws {
  let (n, d, k) = (700, 20, 7)
  let stream = RandomStream(seed: 5)
  var means = stream.substream("means").normals(rows: k, columns: d)
  means.elements = means.elements.map { spread * $0 }
  let covariances = (0..<k).map { j in
    let a = stream.substream("factors").substream(UInt64(j)).normals(rows: d, columns: d)
    var c = Gemm.product(a, transposed: a)
    for t in 0..<d { c[t, t] += 0.01 }
    return c
  }
  let start = try GaussianMixture(
    weights: (1...k).map { Double($0) / 28 }, means: means, covariances: .full(covariances))
  let density = Marginal(start, alpha: 1, sigmaSquared: 0)
  let x = density.sample(n, from: stream.substream("sample"))
  let options = FitOptions(
    componentCount: k, covarianceFloor: 0, maximumIterations: 1, tolerance: 0)
  let fit = try GaussianMixture.fit(x, options: options, startingFrom: start)

  let logs = density.logDensity(x)
  #expect(abs(fit.trace[0] - logs.reduce(0, +) / Double(n)) < 1e-11 * abs(fit.trace[0]))
  let gamma = density.responsibilities(x)
  for j in 0..<k {
    let count = (0..<n).reduce(0) { $0 + gamma[$1, j] }
    #expect(abs(fit.mixture.weights[j] - count / Double(n)) < 1e-12)
    for a in 0..<d {
      let mean = (0..<n).reduce(0) { $0 + gamma[$1, j] * x[$1, a] } / count
      #expect(abs(fit.mixture.means[j, a] - mean) < 1e-10)
    }
  }
}
