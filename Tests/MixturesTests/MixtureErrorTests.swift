import Arrays
import Mixtures
import TestSupport
import Testing

private let means = Matrix<Double>([[0, 1], [2, 3]])
private let half = [0.5, 0.5]

private func error(
  _ weights: [Double] = half, _ means: Matrix<Double> = means, _ covariances: Covariances
) -> MixtureError? {
  do {
    _ = try GaussianMixture(weights: weights, means: means, covariances: covariances)
    return nil
  } catch {
    return error
  }
}

@Test func badWeightsAndMeansAreRefused() {
  let sound = Covariances.spherical([1, 1])
  #expect(error(half, means, sound) == nil)
  #expect(error([], Matrix(rows: 0, columns: 2), .spherical([])) == .empty)
  #expect(error(half, Matrix(rows: 2, columns: 0), sound) == .empty)
  #expect(error([1], means, sound) == .wrongCount(what: "weights", found: 1, expected: 2))
  for bad in [[0.5, 0.6], [1, 0], [1.5, -0.5], [.nan, 0.5], [.infinity, 0.5]] {
    guard case .badWeights = error(bad, means, sound) else {
      Issue.record("weights \(bad) accepted")
      continue
    }
  }
  for bad in [Double.nan, .infinity] {
    var broken = means
    broken[1, 0] = bad
    #expect(error(half, broken, sound) == .notFinite(what: "means[1][0]"))
  }
}

@Test func weightsNearOneAreNormalised() throws {
  let mixture = try GaussianMixture(
    weights: [0.5 + 4e-7, 0.5], means: means, covariances: .spherical([1, 1]))
  #expect(abs(mixture.weights.reduce(0, +) - 1) < 1e-15)
  #expect(abs(mixture.weights[0] / mixture.weights[1] - 1.000_000_8) < 1e-12)
}

@Test func badVariancesAreRefused() {
  #expect(
    error(half, means, .spherical([1])) == .wrongCount(what: "variances", found: 1, expected: 2))
  #expect(
    error(half, means, .spherical([1, -1])) == .notPositive(what: "variances[1]", value: -1))
  #expect(error(half, means, .spherical([0, 1])) == .notPositive(what: "variances[0]", value: 0))
  #expect(error(half, means, .spherical([.nan, 1])) == .notFinite(what: "variances[0]"))
  #expect(
    error(half, means, .diagonal(Matrix([[1, 1]])))
      == .wrongCount(what: "variances", found: 1, expected: 2))
  #expect(
    error(half, means, .diagonal(Matrix([[1], [1]])))
      == .wrongCount(what: "variances[0]", found: 1, expected: 2))
  #expect(
    error(half, means, .diagonal(Matrix([[1, 1], [1, -2]])))
      == .notPositive(what: "variances[1][1]", value: -2))
}

@Test func badMatricesAreRefused() {
  let identity = Matrix<Double>.identity(2)
  let indefinite = Matrix<Double>([[1, 2], [2, 1]])
  let asymmetric = Matrix<Double>([[1, 0.1], [0.2, 1]])
  let singular = Matrix<Double>([[1, 1], [1, 1]])
  #expect(
    error(half, means, .tied(.identity(3)))
      == .wrongCount(what: "matrices", found: 3, expected: 2))
  #expect(
    error(half, means, .full([identity]))
      == .wrongCount(what: "matrices", found: 1, expected: 2))
  #expect(
    error(half, means, .full([identity, Matrix(rows: 2, columns: 3)]))
      == .wrongCount(what: "matrices[1][0]", found: 3, expected: 2))
  #expect(
    error(half, means, .tied(asymmetric)) == .asymmetric(what: "matrices", row: 1, column: 0))
  #expect(
    error(half, means, .full([identity, asymmetric]))
      == .asymmetric(what: "matrices[1]", row: 1, column: 0))
  #expect(
    error(half, means, .full([identity, Matrix([[1, 0], [0, .nan]])]))
      == .notFinite(what: "matrices[1]"))
  for bad in [indefinite, singular] {
    guard case .indefinite(let what, let eigenvalue) = error(half, means, .full([identity, bad]))
    else {
      Issue.record("\(bad) accepted")
      continue
    }
    #expect(what == "matrices[1]" && eigenvalue < 1e-15)
  }
}

@Test func badProcessesAndTimesAreRefused() throws {
  for bad in [0, -1, .nan, .infinity] {
    for name in ["beta", "sigma_inf", "horizon"] {
      let error = #expect(throws: MixtureError.self) {
        try OrnsteinUhlenbeck(
          beta: name == "beta" ? bad : 5, sigmaInfinity: name == "sigma_inf" ? bad : 1,
          horizon: name == "horizon" ? bad : 1)
      }
      #expect(error?.description.hasPrefix(name) == true)
    }
    #expect(throws: MixtureError.self) { try GaussianMixture.paper(seed: 0, sigma0: bad) }
  }
  let process = try OrnsteinUhlenbeck(horizon: 2)
  for t in [0, 1, 2.0] { try process.checkTime(t) }
  for t in [-1e-9, 2.000_1, .nan, .infinity] {
    #expect(throws: MixtureError.self) { try process.checkTime(t) }
  }
}
