import Arrays
import Foundation
import Mixtures
import Testing

/// Five iterations of scikit-learn from the same start, written by Fixtures/fit-scikit-learn.py.
private struct Reference: Decodable {
  struct Case: Decodable {
    let type: String
    let start, trace, weights, means, covariances: [Double]
    let aic, bic: Double
  }
  let rows, columns: Int
  let data, weights, means: [Double]
  let cases: [Case]

  static func load() throws -> Reference {
    let url = try #require(
      Bundle.module.url(
        forResource: "fit-scikit-learn", withExtension: "json", subdirectory: "Fixtures"))
    return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
  }
}

/// The numbers of covariances as scikit-learn lays them out, and back.
private func covariances(_ type: CovarianceType, _ v: [Double], _ d: Int) -> Covariances {
  switch type {
  case .spherical: .spherical(v)
  case .diagonal: .diagonal(Matrix(rows: v.count / d, columns: d, elements: v))
  case .tied: .tied(Matrix(rows: d, columns: d, elements: v))
  case .full:
    .full(
      (0..<v.count / (d * d)).map {
        Matrix(rows: d, columns: d, elements: Array(v[$0 * d * d..<($0 + 1) * d * d]))
      })
  }
}

private func numbers(_ covariances: Covariances) -> [Double] {
  switch covariances {
  case .spherical(let v): v
  case .diagonal(let m), .tied(let m): m.elements
  case .full(let all): all.flatMap(\.elements)
  }
}

private func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
}

@Test func theFixtureHasEveryCovarianceType() throws {
  let names = try Reference.load().cases.map(\.type)
  #expect(Set(names) == Set(CovarianceType.allCases.map(\.rawValue)))
}

@Test(arguments: CovarianceType.allCases)
func fiveIterationsMatchScikitLearn(_ type: CovarianceType) throws {
  let reference = try Reference.load()
  let expected = try #require(reference.cases.first { $0.type == type.rawValue })
  let d = reference.columns
  let data = Matrix(rows: reference.rows, columns: d, elements: reference.data)
  let k = reference.weights.count
  let start = try GaussianMixture(
    weights: reference.weights, means: Matrix(rows: k, columns: d, elements: reference.means),
    covariances: covariances(type, expected.start, d))
  let options = FitOptions(
    componentCount: k, covarianceType: type, covarianceFloor: 0, maximumIterations: 5, tolerance: 0)
  let fit = try GaussianMixture.fit(data, options: options, startingFrom: start)
  #expect(fit.iterations == 5)
  #expect(fit.mixture.covariances.type == type)
  #expect(largestDifference(fit.trace, expected.trace) < 1e-8)
  #expect(largestDifference(fit.mixture.weights, expected.weights) < 1e-8)
  #expect(largestDifference(fit.mixture.means.elements, expected.means) < 1e-8)
  #expect(largestDifference(numbers(fit.mixture.covariances), expected.covariances) < 1e-8)
  #expect(abs(fit.aic - expected.aic) < 1e-8 * abs(expected.aic))
  #expect(abs(fit.bic - expected.bic) < 1e-8 * abs(expected.bic))
  // The last entry of the trace belongs to the mixture that is returned.
  let density = Marginal(fit.mixture, alpha: 1, sigmaSquared: 0).logDensity(data)
  #expect(abs(density.reduce(0, +) / Double(data.rows) - fit.meanLogLikelihood) < 1e-10)
}
