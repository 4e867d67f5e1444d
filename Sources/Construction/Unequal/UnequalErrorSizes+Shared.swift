import Arrays
import Mixtures
import RealModule

extension UnequalErrorSizes {
  /// The dimensions up to which computing in twice the digits takes no time to speak of.
  private static let largestDimension = 64

  /// The sizes in L^p(p_t) for components that share one covariance; nil in many dimensions.
  ///
  /// The logits' errors are at most constant + slope ‖x‖, which is bounded where some ‖z_l‖ ≤ ρ.
  init?(
    shared marginal: Marginal, _ error: LogitDifferences.Bound, centre: Int, power p: Double
  ) {
    let (mixture, d) = (marginal.mixture, marginal.mixture.dimension)
    let count = mixture.componentCount
    guard d <= UnequalErrorSizes.largestDimension else { return nil }
    let components = (0..<count).compactMap { WhitenedComponent(marginal, $0) }
    guard components.count == count else { return nil }
    let reach = components.reduce(0) {
      max(
        $0,
        Norms.length($1.mean.map(\.value))
          + Norms.length($1.factor.elements) * UnequalErrorSizes.bulk(d, p))
    }
    self.init(
      PullDifferences(components), PairOverlap.all(components, mixture.weights),
      weights: mixture.weights, constants: (error.constant + error.slope * reach) * (1 + 1e-9),
      power: p, origin: mixture.mean.map { DoubleDouble(marginal.alpha * $0) }, centre: centre)
  }
}
