import Arrays
import Mixtures
import Networks
import RealModule

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
