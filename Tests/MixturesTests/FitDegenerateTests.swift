import Arrays
import Mixtures
import Testing

private func expectValid(_ fit: MixtureFit, _ context: Comment) {
  let finite = fit.trace.allSatisfy { $0.isFinite }
  let positive = fit.mixture.weights.allSatisfy { $0 > 0 }
  let rising = zip(fit.trace, fit.trace.dropFirst()).allSatisfy { $1 >= $0 - 1e-9 * (1 + abs($0)) }
  #expect(finite && positive && rising, context)
}

@Test(arguments: CovarianceType.allCases)
func degenerateDataAreFitted(_ type: CovarianceType) throws {
  let normals = RandomStream(seed: 4).normals(rows: 40, columns: 3)
  var constant = normals
  for i in 0..<40 { constant[i, 1] = 7 }
  let cases: [(Comment, Matrix<Double>, Int, Double)] = [
    ("one sample", Matrix([[1, 2, 3]]), 1, 1e-6),
    ("as many components as samples", normals.rowBlock(0..<8), 8, 1e-6),
    ("all samples equal", Matrix(rows: 20, columns: 3, repeating: 4.5), 3, 1e-6),
    (
      "two distinct samples for five components",
      Matrix((0..<20).map { [Double($0 % 2), 1, 2] }), 5, 1e-3
    ),
    ("a constant column", constant, 4, 1e-6),
    ("a constant column, no floor", constant, 4, 0),
    ("one column", normals.transposed.rowBlock(0..<1).transposed, 3, 0),
    (
      "an outlier", Matrix(rows: 40, columns: 3, elements: normals.elements.dropLast() + [1e8]), 3,
      1e-6
    ),
    (
      "far from the origin",
      Matrix(rows: 40, columns: 3, elements: normals.elements.map { $0 + 1e9 }),
      2, 1e-6
    ),
    ("huge", Matrix(rows: 40, columns: 3, elements: normals.elements.map { $0 * 1e140 }), 2, 1e-6),
    ("tiny", Matrix(rows: 40, columns: 3, elements: normals.elements.map { $0 * 1e-140 }), 2, 1e-6),
  ]
  for (context, x, k, floor) in cases {
    for noise in [0, 0.1] {
      let options = FitOptions(
        componentCount: k, covarianceType: type, noiseVariance: noise, covarianceFloor: floor,
        restarts: 2)
      expectValid(try GaussianMixture.fit(x, options: options), context)
    }
  }
}

/// A component so far away that it gets no responsibility keeps its place and a positive weight.
@Test(arguments: CovarianceType.allCases)
func aDeadComponentSurvives(_ type: CovarianceType) throws {
  let x = RandomStream(seed: 4).normals(rows: 100, columns: 2)
  let covariances: Covariances =
    switch type {
    case .spherical: .spherical([1, 1])
    case .diagonal: .diagonal(Matrix(rows: 2, columns: 2, repeating: 1))
    case .tied: .tied(.identity(2))
    case .full: .full([.identity(2), .identity(2)])
    }
  let start = try GaussianMixture(
    weights: [0.5, 0.5], means: Matrix([[0, 0], [1e4, 0]]), covariances: covariances)
  let fit = try GaussianMixture.fit(
    x, options: FitOptions(componentCount: 2, covarianceType: type), startingFrom: start)
  expectValid(fit, "dead component")
  #expect(abs(fit.mixture.means[1, 0] - 1e4) < 1e-8)
  #expect(fit.mixture.weights[1] < 1e-12)
}

@Test func whatCannotBeFittedIsSaid() throws {
  let x = Matrix<Double>([[1, 2], [3, 4], [5, 7]])
  func problem(_ x: Matrix<Double>, _ options: FitOptions) -> String {
    do {
      _ = try GaussianMixture.fit(x, options: options)
      return "fitted"
    } catch { return error.description }
  }
  #expect(problem(x, .init(componentCount: 0)) == "components is 0; it must be at least 1")
  #expect(problem(x, .init(componentCount: 4)).contains("4 components need at least as many"))
  #expect(problem(Matrix(rows: 0, columns: 2), .init(componentCount: 1)).contains("0 rows"))
  #expect(problem(Matrix(rows: 2, columns: 0), .init(componentCount: 1)).contains("0 columns"))
  #expect(problem(x, .init(componentCount: 1, noiseVariance: -1)).contains("noise-variance is -1"))
  #expect(problem(x, .init(componentCount: 1, covarianceFloor: .nan)).contains("covariance-floor"))
  #expect(problem(x, .init(componentCount: 1, tolerance: -1)).contains("tolerance"))
  #expect(problem(x, .init(componentCount: 1, restarts: 0)).contains("restarts"))
  #expect(
    problem(Matrix([[1, 2], [.nan, 1]]), .init(componentCount: 1)).contains("row 1, column 0"))
  #expect(problem(Matrix([[1e200], [-1e200]]), .init(componentCount: 1)).contains("too large"))
  #expect(problem(Matrix([[-1e308], [1e308]]), .init(componentCount: 1)).contains("too large"))
  let equal = Matrix<Double>([[1, 1], [1, 1]])
  #expect(problem(equal, .init(componentCount: 1, covarianceFloor: 0)).contains("equal"))
}

@Test func aStartMustFit() throws {
  let x = Matrix<Double>([[1, 2], [3, 4], [5, 7]])
  let start = try GaussianMixture(
    weights: [1], means: Matrix([[0, 0]]), covariances: .spherical([1]))
  let full = FitOptions(componentCount: 1)
  let two = FitOptions(componentCount: 2, covarianceType: .spherical)
  #expect(throws: MixtureError.self) {
    try GaussianMixture.fit(x, options: full, startingFrom: start)
  }
  #expect(throws: MixtureError.wrongCount(what: "the start", found: 1, expected: 2)) {
    try GaussianMixture.fit(x, options: two, startingFrom: start)
  }
  #expect(throws: MixtureError.dimensionMismatch(samples: 1, mixture: 2)) {
    try GaussianMixture.fit(Matrix([[1.0]]), options: full, startingFrom: start)
  }
}

@Test func progressIsReportedAndCanStop() throws {
  let x = RandomStream(seed: 4).normals(rows: 200, columns: 3)
  let options = FitOptions(componentCount: 3, restarts: 2, maximumIterations: 6, tolerance: 0)
  var seen: [FitProgress] = []
  let fit = try GaussianMixture.fit(x, options: options) {
    seen.append($0)
    return true
  }
  #expect(!fit.wasStopped)
  #expect(seen.filter { $0.restart == fit.bestRestart }.map(\.meanLogLikelihood) == fit.trace)
  #expect(Set(seen.map(\.restart)) == [0, 1])
  let stopped = try GaussianMixture.fit(x, options: options) { $0.iteration < 2 }
  #expect(stopped.wasStopped && stopped.iterations == 2 && !stopped.isConverged)
  #expect(stopped.restartLogLikelihoods.count == 1)
}
