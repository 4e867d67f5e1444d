import Arrays
import Foundation
import Mixtures
import Testing

/// The mixture of Fixtures/denoiser.py.
struct FixtureMixture: Decodable {
  let weights, means, variances: [Double]

  func make() throws -> GaussianMixture {
    try GaussianMixture(
      weights: weights, means: rows(means), covariances: .spherical(variances))
  }

  /// Numbers of a file as rows of two.
  func rows(_ elements: [Double]) -> Matrix<Double> {
    Matrix(rows: elements.count / 2, columns: 2, elements: elements)
  }
}

/// What Fixtures/NAME.py has written.
func fixture<T: Decodable>(_ name: String, as type: T.Type) throws -> T {
  let url = try #require(
    Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Fixtures"))
  return try JSONDecoder().decode(type, from: Data(contentsOf: url))
}
