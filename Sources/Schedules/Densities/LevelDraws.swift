import Arrays
import Mixtures
import ProbabilityFlow

/// Draws of X_0 + σ̂Z at any noise level, by the same random numbers at all, and the fields on them.
///
/// The flow carries the laws into each other, so means over these draws are means along its
/// trajectories. Equal random numbers make the sampling error of a density nearly one factor at all
/// noise levels, which a grid does not see.
struct LevelDraws: Sendable {
  let mixture: GaussianMixture
  let count: Int
  let stream: RandomStream

  init(_ request: GridRequest, for rule: any GridRule.Type) throws(ScheduleError) {
    guard request.samples >= 1 else {
      throw .unusable(rule: rule.name, reason: "it measures on samples; ask for at least 1")
    }
    mixture = request.flow.mixture
    count = request.samples
    stream = RandomStream(seed: request.seed).substream("grid-density")
  }

  /// The law at a noise level.
  func marginal(_ level: Double) -> Marginal {
    Marginal(mixture, alpha: 1, sigmaSquared: level * level)
  }

  /// The draws at a noise level, N×d.
  func states(_ level: Double) -> Matrix<Double> { marginal(level).sample(count, from: stream) }

  /// dD/dσ̂ of the denoised state D = E[X_0|x̂] along the flow dx̂/dσ̂ = −σ̂s: σ̂s + σ̂² ds/dσ̂, since
  /// D = x̂ + σ̂²s.
  func denoiserRate(_ level: Double) -> Matrix<Double> {
    EDMField.denoiserRate(mixture, states(level), level)
  }
}

/// Derivatives of the fields of a mixture in the variables of EDM, x̂ = x/α and σ̂ = σ/α.
enum EDMField {
  /// dD/dσ̂ along the flow.
  static func denoiserRate(
    _ mixture: GaussianMixture, _ x: Matrix<Double>, _ level: Double
  ) -> Matrix<Double> {
    let marginal = Marginal(mixture, alpha: 1, sigmaSquared: level * level)
    let score = marginal.score(x)
    var velocity = score
    for i in velocity.elements.indices { velocity.elements[i] *= -level }
    var rate = marginal.scoreRate(
      x, velocity: velocity, alphaRate: 0, sigmaSquaredRate: 2 * level)
    for i in rate.elements.indices {
      rate.elements[i] = level * score.elements[i] + level * level * rate.elements[i]
    }
    return rate
  }
}

extension Matrix<Double> {
  /// The mean of the rows' Euclidean norms.
  var meanNorm: Double {
    rowSquares.reduce(0) { $0 + $1.squareRoot() } / Double(rows)
  }
}
