import Arrays
public import Foundation
public import Mixtures

/// The float64 reference vectors of Fixtures/mixtures.json.
///
/// Decoded by Foundation, so that the package's own JSON reader cannot hide an error of its own.
public struct ReferenceVectors: Decodable, Sendable {
  /// One mixture with everything known about it.
  public struct Case: Decodable, Sendable {
    /// The case's name.
    public let name: String
    /// The process as in files.
    public let process: ProcessPart
    /// The mixture as in files.
    public let mixture: MixturePart
    /// Field values at points.
    public let points: [Point]
    /// Points and where the flow carries them.
    public let transport: [TransportPoint]
    /// Bounds and grids for spherical mixtures, all variances taken to be the first.
    public let equalVarianceBound: Bound?

    private enum CodingKeys: String, CodingKey {
      case name, process, mixture, points, transport
      case equalVarianceBound = "equal_variance_bound"
    }
  }

  /// The parameters of an Ornstein–Uhlenbeck process.
  public struct ProcessPart: Decodable, Sendable {
    let beta: Double
    let sigma_inf: Double
    let horizon: Double

    /// The process.
    public func make() throws(MixtureError) -> OrnsteinUhlenbeck {
      try OrnsteinUhlenbeck(beta: beta, sigmaInfinity: sigma_inf, horizon: horizon)
    }
  }

  /// The parts of a mixture.
  public struct MixturePart: Decodable, Sendable {
    struct CovariancePart: Decodable, Sendable {
      let covariances: Covariances

      private enum CodingKeys: String, CodingKey { case type, variances, matrices }

      init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let type = try values.decode(String.self, forKey: .type)
        switch type {
        case "spherical":
          covariances = .spherical(try values.decode([Double].self, forKey: .variances))
        case "diag":
          covariances = .diagonal(Matrix(try values.decode([[Double]].self, forKey: .variances)))
        case "full":
          covariances = .full(
            try values.decode([[[Double]]].self, forKey: .matrices).map { Matrix($0) })
        default:
          throw DecodingError.dataCorruptedError(
            forKey: .type, in: values, debugDescription: "unexpected type \(type)")
        }
      }
    }
    /// The weights.
    public let weights: [Double]
    /// The means, one row each.
    public let means: [[Double]]
    let covariances: CovariancePart

    /// The mixture.
    public func make() throws(MixtureError) -> GaussianMixture {
      try GaussianMixture(
        weights: weights, means: Matrix(means), covariances: covariances.covariances)
    }
  }

  /// The fields at one point.
  public struct Point: Decodable, Sendable {
    /// Time and place.
    public let t: Double, x: [Double]
    /// log p_t(x), s(x, t), v(x, t) and ∇v(x, t).
    public let log_density: Double, score: [Double], velocity: [Double]
    /// ∇v(x, t), row by row.
    public let velocity_jacobian: [[Double]]

    /// All values in one row: log-density, score, velocity, Jacobian.
    public var values: [Double] { [log_density] + score + velocity + velocity_jacobian.joined() }
  }

  /// One transport.
  public struct TransportPoint: Decodable, Sendable {
    /// From when to when.
    public let t_from: Double, t_to: Double
    /// From where to where.
    public let x: [Double], y: [Double]
  }

  /// Bounds of the mixture in which every component has the variance `sigma0²`.
  public struct Bound: Decodable, Sendable {
    /// The common standard deviation and the diameter of the means.
    public let sigma0: Double, diameter: Double
    /// Times with the two-sided bound and its integral.
    public let times: [Double], L: [Double], A: [Double]
    /// Stability grids by their number of segments.
    public let grids: [String: [Double]]
  }

  /// All cases.
  public let cases: [Case]

  /// The vectors.
  public static func load() throws -> ReferenceVectors {
    try JSONDecoder().decode(ReferenceVectors.self, from: data())
  }

  /// The same fields at the same points, case by case, from 50-digit arithmetic: every number is the
  /// double nearest to the truth.
  public static func exactPoints() throws -> [String: [Point]] {
    try JSONDecoder().decode([String: [Point]].self, from: fixture("exact-fields"))
  }

  /// The text they come from.
  public static func data() throws -> Data { try fixture("mixtures") }
}

/// The means of the published mixture, Fixtures/mixture_seed0.json.
public struct PublishedMeans: Decodable, Sendable {
  /// 20 rows of 64.
  public let means: [[Double]]
  /// The largest distance between two of them, computed in single precision.
  public let diameter: Double

  /// The means for seed 0.
  public static func load() throws -> PublishedMeans {
    try JSONDecoder().decode(PublishedMeans.self, from: fixture("mixture_seed0"))
  }
}

func fixture(_ name: String) throws -> Data {
  guard
    let url = Bundle.module.url(
      forResource: name, withExtension: "json", subdirectory: "Fixtures")
  else { throw CocoaError(.fileNoSuchFile) }
  return try Data(contentsOf: url)
}
