import Arrays
public import Mixtures
public import Networks
import RealModule

/// The flow map Φ_{end←T} as one deep explicit ReLU–ReQU network with its certificate.
public struct ConstructedFlowMap: Sendable {
  /// The network, R^d → R^d.
  public let network: SparseNetwork
  /// Its proof.
  public let certificate: FlowMapCertificate
  /// The times of the steps, in sampling order.
  public let times: [Double]
  /// How steps are composed.
  public let rule: FlowMapRule
  /// The hidden layers of each step, in order.
  public let stages: [(name: String, layers: Range<Int>)]

  /// The network for a mixture whose components share one isotropic covariance, any process.
  ///
  /// With r = α/s and y = x/s the flow is dy/dr = Σ γ_k μ_k (derived); its steps are those of `rule`
  /// in r, with responsibilities from a network each. `FlowMapBound` has the proof.
  ///
  /// - Parameters:
  ///   - mixture: p_0.
  ///   - process: the noising process.
  ///   - times: the grid, T first, strictly decreasing.
  ///   - rule: how steps are composed.
  ///   - tolerance: what networks may move a velocity Σ γ_k μ_k.
  ///   - relative: whether the tolerance is in units of D.
  /// - Throws: `ConstructionError` if a network cannot be certified to the tolerance.
  public init(
    _ mixture: GaussianMixture, _ process: some ForwardProcess, times: [Double],
    rule: FlowMapRule = .heun, tolerance: Double, relative: Bool = true
  ) throws(ConstructionError) {
    guard tolerance > 0, tolerance.isFinite else { throw .badTolerance(tolerance) }
    guard mixture.hasSharedCovariance, mixture.spectrum.geometry == .isotropic else {
      throw .anisotropicCovariance
    }
    precondition(
      times.count >= 2 && zip(times, times.dropFirst()).allSatisfy { $0 > $1 }, "no grid")
    let parts = FlowMapParts(mixture, process, times)
    let diameter = parts.spread.diameter
    (self.times, self.rule) = (times, rule)
    guard diameter > 0 else {
      (network, certificate, stages) = (
        parts.affine(),
        FlowMapCertificate(
          quadrature: 0, network: parts.deviations.last * parts.endRounding, trivialBound: .infinity
        ), []
      )
      return
    }
    let rounding = parts.roundingBound
    let unit = relative ? diameter : 1
    let budget = tolerance * unit - rounding
    guard budget > rounding else {
      throw .unreachable(tolerance: tolerance, rounding: 2 * rounding / unit)
    }
    guard let blocks = ResponsibilityBlocks(parts.spread, budget: budget) else {
      throw .tooFine(tolerance: tolerance)
    }
    (network, stages) = parts.build(rule, blocks)
    let error = (blocks.terms.reduce(0) { $0 + $1.bound } + rounding) * (1 + 1e-9)
    certificate = parts.certificate(rule, velocityError: error)
  }
}
