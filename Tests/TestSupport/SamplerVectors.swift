import Arrays
import Foundation
public import Mixtures

/// The end states of samplers in Fixtures/samplers.json, computed outside of this package.
public struct SamplerVectors: Decodable, Sendable {
  /// One start on one grid.
  public struct Case: Decodable, Sendable {
    /// The sampler's name.
    public let sampler: String
    /// Noise levels σ̂ in sampling order.
    public let levels: [Double]
    /// x̂ = x/α at the first level.
    public let start: [Double]
    /// x̂ at the last.
    public let end: [Double]
  }

  private let weights: [Double]
  private let means: [[Double]]
  private let covariances: [[[Double]]]
  /// All cases.
  public let cases: [Case]

  /// The mixture, three full covariances in the plane.
  public func mixture() throws(MixtureError) -> GaussianMixture {
    try GaussianMixture(
      weights: weights, means: Matrix(means), covariances: .full(covariances.map { Matrix($0) }))
  }

  /// The vectors.
  public static func load() throws -> SamplerVectors {
    try JSONDecoder().decode(SamplerVectors.self, from: fixture("samplers"))
  }
}
