import Arrays
import Mixtures
import ProbabilityFlow
public import Stability

/// Samples of p_T, where the teacher carries them, and all that comparisons need to know of them: made
/// once for all samplers and grids of a flow.
struct ReferenceSamples: Sendable {
  let noise: Matrix<Double>
  /// y_i, the teacher's samples of p_e.
  let states: Matrix<Double>
  /// ‖y_i‖².
  let squares: [Double]
  /// log p_e(y_i).
  let logDensities: [Double]
  let wasserstein: SlicedWasserstein
  private let law: Marginal
  let summary: ReferenceSummary

  /// Draws `count` samples of p_T and carries them to `end`.
  init(
    _ flow: ProbabilityFlow, end: Double, samples count: Int, from stream: RandomStream
  ) throws(FlowError) {
    let horizon = flow.process.horizon
    noise = flow.marginal(at: horizon).sample(count, from: stream.substream("noise"))
    let transport = try Teacher(flow).transport(noise, from: horizon, to: end).orThrow()
    states = transport.states
    law = flow.marginal(at: end)
    squares = rowSquares(states)
    logDensities = law.logDensity(states)
    wasserstein = SlicedWasserstein(to: states, from: stream.substream("directions"))
    let errors = transport.errorEstimates.reduce(0) { $0 + $1 * $1 }
    summary = ReferenceSummary(
      negativeLogLikelihood: Estimate(meanOf: logDensities.map { -$0 }),
      wassersteinFloor: wasserstein.distance(
        of: law.sample(count, from: stream.substream("independent"))),
      teacherError: (errors / squares.reduce(0, +)).squareRoot())
  }

  /// What a sampler makes of a grid, with ‖x̂_i − y_i‖² for each sample; nil if a state is no longer finite.
  func measure(
    _ sampler: any FewStepSampler.Type, on grid: TimeGrid, _ flow: ProbabilityFlow
  ) -> (measurement: GridMeasurement, squaredErrors: [Double])? {
    let x = sampler.run(flow, noise, along: grid.times)
    guard x.isFinite else { return nil }
    let errors = rowSquares(x, minus: states)
    let density = law.logDensity(x)
    let measurement = GridMeasurement(
      relativeError: Estimate(ratioOf: errors, to: squares),
      slicedWasserstein: wasserstein.distance(of: x),
      energyDistance: EnergyDistance.estimate(x, states),
      negativeLogLikelihood: Estimate(meanOf: density.map { -$0 }),
      excessNegativeLogLikelihood: Estimate(meanOf: zip(logDensities, density).map { $0 - $1 }))
    // States so far out that a square overflows have diverged as well.
    return measurement.isFinite ? (measurement, errors) : nil
  }
}

/// What is known of the exact samples that a sampler is compared with: estimates.
public struct ReferenceSummary: Sendable, Equatable {
  /// −E log p_e(y) of the teacher's samples, the entropy of p_e, in nats.
  public let negativeLogLikelihood: Estimate
  /// The sliced Wasserstein distance between the teacher's samples and as many independent exact ones: a
  /// difference that as many independent samples could not show.
  public let wassersteinFloor: Estimate
  /// Estimated error of the teacher, relative to the root mean square of ‖y‖.
  public let teacherError: Double
}

/// How far the end states x̂ of a sampler on a grid are from the teacher's y, from the same noise: estimates.
public struct GridMeasurement: Sendable, Equatable {
  /// Σ‖x̂ − y‖²/Σ‖y‖², with its standard error by the delta method.
  public let relativeError: Estimate
  /// The sliced Wasserstein distance of order 2 between the laws of x̂ and y.
  public let slicedWasserstein: Estimate
  /// 2E‖x̂ − y'‖ − E‖x̂ − x̂'‖ − E‖y − y'‖, primes being independent copies.
  public let energyDistance: Estimate
  /// −E log p_e(x̂), in nats.
  public let negativeLogLikelihood: Estimate
  /// E log p_e(y) − E log p_e(x̂), in nats, by pairs; negative where a sampler keeps to the likeliest places.
  public let excessNegativeLogLikelihood: Estimate
}

extension GridMeasurement {
  fileprivate var isFinite: Bool {
    GridMeasurement.measures.allSatisfy { _, value in
      value(self).value.isFinite && value(self).standardError.isFinite
    }
  }
}

/// ‖a_i − b_i‖² for each row.
func rowSquares(_ a: Matrix<Double>, minus b: Matrix<Double>? = nil) -> [Double] {
  let d = a.columns
  return (0..<a.rows).map { i in
    var sum = 0.0
    for k in i * d..<(i + 1) * d {
      let difference = a.elements[k] - (b.map { $0.elements[k] } ?? 0)
      sum += difference * difference
    }
    return sum
  }
}
