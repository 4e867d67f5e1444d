import Arrays
import Mixtures

extension MixtureSuite {
  /// Mixtures whose structure lies on a line.
  static let line = [
    SuiteMixture(
      "gaussian",
      "N(0, I/4) in the plane: one mode, for which the best grid of Euler's method is known"
    ) { () throws(MixtureError) in try modes([[0, 0]], deviation: 0.5) },
    SuiteMixture(
      "bimodal-near",
      "two modes at ±0.6 of deviation 0.4 in the plane: they overlap, and nothing splits sharply"
    ) { () throws(MixtureError) in try modes([[-0.6, 0], [0.6, 0]], deviation: 0.4) },
    SuiteMixture(
      "bimodal-far",
      "two modes at ±1 of deviation 0.02 in the plane: all is decided around one noise level"
    ) { () throws(MixtureError) in try modes([[-1, 0], [1, 0]], deviation: 0.02) },
    SuiteMixture(
      "cantor-8",
      "eight modes on the line, at the third stage of Cantor's set: decisions on three scales"
    ) { () throws(MixtureError) in try cantor(stages: 3) },
  ]

  /// Equal modes at the midpoints of the 2^m intervals of Cantor's set in [−1, 1], with a third of half
  /// an interval as deviation.
  static func cantor(stages m: Int) throws(MixtureError) -> GaussianMixture {
    var middles = [0.0]
    var half = 1.0
    for _ in 0..<m {
      half /= 3
      middles = middles.flatMap { [$0 - 2 * half, $0 + 2 * half] }
    }
    return try modes(middles.map { [$0] }, deviation: half / 3)
  }

  /// Equal modes with one deviation.
  static func modes(
    _ means: [[Double]], deviation: Double
  ) throws(MixtureError) -> GaussianMixture {
    let k = means.count
    return try GaussianMixture(
      weights: Array(repeating: 1 / Double(k), count: k), means: Matrix(means),
      covariances: .spherical(Array(repeating: deviation * deviation, count: k)))
  }
}
