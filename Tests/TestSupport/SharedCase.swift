public import Arrays
public import Mixtures
public import ProbabilityFlow
import RealModule

/// A random mixture whose components share one covariance, under a random process.
public struct SharedCase: Sendable {
  /// The flow.
  public let flow: ProbabilityFlow
  /// Its process.
  public let process: OrnsteinUhlenbeck
  /// For more random numbers.
  public let stream: RandomStream

  /// Isotropic, or any one matrix.
  public init(_ seed: Int, isotropic: Bool) throws {
    let base = try RandomCase(seed, isotropic ? .spherical : .tied)
    (process, stream) = (base.process, base.stream)
    var mixture = base.mixture
    if case .spherical(let variances) = mixture.covariances {
      let shared = Array(repeating: variances[0], count: variances.count)
      mixture = try GaussianMixture(
        weights: mixture.weights, means: mixture.means, covariances: .spherical(shared))
    }
    flow = ProbabilityFlow(mixture, process)
  }

  /// Draws of p_t, and the places between modes where Jacobians are largest.
  public func probes(at t: Double) -> Matrix<Double> {
    let means = flow.mixture.means
    var rows = flow.marginal(at: t).sample(30, from: stream.substream("probes")).elements
    for i in 0..<means.rows {
      for j in 0...i {
        for share in [0.3, 0.5, 0.7] {
          rows += zip(means[row: i], means[row: j]).map {
            process.alpha(t) * (share * $0 + (1 - share) * $1)
          }
        }
      }
    }
    return Matrix(rows: rows.count / means.columns, columns: means.columns, elements: rows)
  }

  /// The largest distance between two means, pair by pair.
  public var diameter: Double {
    let means = flow.mixture.means
    var largest = 0.0
    for i in 0..<means.rows {
      for j in 0..<i { largest = max(largest, distance(means[row: i], means[row: j])) }
    }
    return largest
  }
}

/// The paper's flow: seed 0, β = 5, σ∞ = 1, T = 1.
public func paperFlow(sigma0: Double = 1) throws -> ProbabilityFlow {
  ProbabilityFlow(try .paper(seed: 0, sigma0: sigma0), try OrnsteinUhlenbeck())
}

/// ∫ f over [0, end] by Simpson's rule on a mesh that is geometric above `layer`: independent of the
/// package's own quadrature.
public func simpson(to end: Double, layer: Double, panels: Int = 4000, _ f: (Double) -> Double)
  -> Double
{
  let span = Double.log(1 + end / layer)
  func time(_ u: Double) -> Double { layer * .expMinusOne(span * u) }
  func integrand(_ u: Double) -> Double { f(time(u)) * layer * span * .exp(span * u) }
  let h = 1 / Double(panels)
  return (0..<panels).reduce(0) { sum, i in
    let a = Double(i) * h
    return sum + h / 6 * (integrand(a) + 4 * integrand(a + h / 2) + integrand(a + h))
  }
}
