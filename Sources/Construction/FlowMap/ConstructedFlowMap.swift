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

extension FlowMapParts {
  /// x s_0/s_T + s_0 (r_0 − r_T) μ where all means agree.
  func affine() -> SparseNetwork {
    var builder = NetworkBuilder(inputs: mixture.dimension)
    let x = (0..<mixture.dimension).map { builder.input($0) }
    let length = ratios[ratios.count - 1] - ratios[0]
    return builder.network(
      outputs: x.enumerated().map { a, coordinate in
        deviations.last / deviations.first * coordinate
          + deviations.last * length * mixture.means[0, a]
      })
  }

  /// What the first and last scaling and the ends in r round, in y; the first is amplified.
  var endRounding: Double {
    8 * 0x1p-53 * (reach + 4 * farthest * ratios[ratios.count - 1])
  }

  /// The bounds of steps.
  var bound: FlowMapBound {
    FlowMapBound(
      diameter: spread.diameter,
      derivatives: FlowDerivatives(
        mixture, diameter: spread.diameter, from: ratios[0], to: ratios[ratios.count - 1]))
  }

  /// Local errors times the Lipschitz constants of the steps that follow, added up from the end.
  func certificate(_ rule: FlowMapRule, velocityError: Double) -> FlowMapCertificate {
    let bound = self.bound
    var (quadrature, network, amplification) = (0.0, 0.0, 1.0)
    for (r, end) in zip(ratios, ratios.dropFirst()).reversed() {
      quadrature += amplification * bound.local(rule, from: r, to: end)
      network += amplification * bound.passedOn(rule, from: r, to: end, velocityError)
      amplification *= bound.amplification(rule, from: r, to: end)
    }
    let length = ratios[ratios.count - 1] - ratios[0]
    network += amplification * endRounding
    let scale = deviations.last * (1 + 1e-9)
    return FlowMapCertificate(
      quadrature: scale * quadrature, network: scale * network,
      trivialBound: scale * (spread.diameter + velocityError) * length)
  }
}
