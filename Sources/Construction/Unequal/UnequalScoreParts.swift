import Arrays
import Mixtures
import RealModule

/// What the construction needs to know of a marginal with unequal covariances.
struct UnequalScoreParts: Sendable {
  let components: [WhitenedComponent]
  let sizes: UnequalErrorSizes
  let output: StoredPulls
  /// A lower bound of ‖s‖_{L²(p_t)}.
  let scoreNorm: Double
  /// The radius that holds 50 standard deviations about each mean.
  let ball: Double
  let norm: ErrorNorm
  /// A power of two near the size of a coordinate of x − origin.
  let unit: Double

  /// Whether the responsibilities do not depend on x.
  var isAffine: Bool { output.isAffine }

  /// The parts; nil if a covariance is singular in twice the digits.
  init?(_ marginal: Marginal, _ norm: ErrorNorm) {
    let mixture = marginal.mixture
    let (count, d) = (mixture.componentCount, mixture.dimension)
    let components = (0..<count).compactMap { WhitenedComponent(marginal, $0) }
    guard components.count == count else { return nil }
    let differences = PullDifferences(components)
    let overlaps = PairOverlap.all(components, mixture.weights)
    let origin = mixture.mean.map { DoubleDouble(marginal.alpha * $0) }
    let farthest = (0..<count).reduce(0) { max($0, Norms.length(mixture.means[row: $1])) }
    let widest =
      marginal.alpha * marginal.alpha * mixture.largestVariances.reduce(0, max)
      + marginal.sigmaSquared
    ball = marginal.alpha * farthest + 50 * (widest * Double(d)).squareRoot()
    self.norm = norm
    self.components = components
    var scratch = NetworkBuilder(inputs: d)
    let constants = UnequalScoreParts.gaps(components, in: &scratch).error
    sizes =
      norm.power.map { p in
        UnequalErrorSizes(
          differences, overlaps, weights: mixture.weights, constants: constants, power: p,
          origin: origin)
      } ?? UnequalErrorSizes(differences, constants: constants, ball: ball, origin: origin)
    output = StoredPulls(components, centre: sizes.centre, origin: origin)
    let spread =
      marginal.alpha * marginal.alpha * mixture.totalVariance
      + Double(d) * marginal.sigmaSquared
    unit = UnequalScoreParts.power(above: (spread / Double(d)).squareRoot())
    scoreNorm = UnequalScoreParts.scoreNorm(differences, overlaps, mixture.weights, spread)
  }

  private static func power(above value: Double) -> Double {
    Double(sign: .plus, exponent: value.exponent + 1, significand: 1)
  }

  /// The larger of two bounds: E‖s‖² = Σ_k w_k tr C_k^{-1} − Σ_{i<k} E γ_i γ_k ‖v_i − v_k‖²
  /// (derived), and d²/tr Cov(p_t) (Cramér and Rao, then Cauchy and Schwarz).
  private static func scoreNorm(
    _ differences: PullDifferences, _ overlaps: [[PairOverlap?]], _ weights: [Double],
    _ spread: Double
  ) -> Double {
    let parts = differences.components
    let d = parts[0].mean.count
    var direct = 0.0
    for (weight, part) in zip(weights, parts) {
      direct += weight * (0..<d).reduce(0) { $0 + part.precision[$1, $1].value }
    }
    for i in parts.indices {
      for k in i + 1..<parts.count {
        // Without an overlap the bound below is all there is.
        guard let overlap = overlaps[i][k] else { return Double(d) / spread.squareRoot() }
        let shared =
          overlap.mass
          * .pow(differences.moments(i, k, overlap.law, highest: 1).norm(2), 2)
        var most = shared
        for (a, b) in [(i, k), (k, i)] {
          let law = NormalLaw(mean: parts[a].mean, factor: parts[a].factor)
          most = min(
            most, weights[a] * .pow(differences.moments(a, b, law, highest: 1).norm(2), 2))
        }
        direct -= most
      }
    }
    return max(direct, Double(d * d) / spread).squareRoot() * (1 - 1e-9)
  }

  /// The error that stored coefficients make in the logits and the output, in the norm.
  var roundingBound: Double { sizes.logits + outputTerm + sizes.far }

  private var outputTerm: Double { output.error.constant + output.error.slope * sizes.reach }

  /// The certificate with these terms beside those of rounding.
  func certificate(_ terms: [ScoreCertificate.Term]) -> ScoreCertificate {
    ScoreCertificate(
      norm: norm, ball: ball, growth: .infinity,
      terms: terms + [
        .init(source: "stored logits", bound: sizes.logits),
        .init(source: "stored output", bound: outputTerm),
      ] + (sizes.far > 0 ? [.init(source: "far tail", bound: sizes.far)] : []),
      scoreNorm: scoreNorm)
  }
}
