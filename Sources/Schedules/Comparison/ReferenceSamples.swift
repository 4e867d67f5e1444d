import Arrays
import Mixtures
import ProbabilityFlow
import Stability

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

  /// The teacher's local tolerance, relative to the size of its state.
  static let tolerance = 1e-8

  /// Draws `count` samples of p_T and carries them to `end`.
  init(
    _ flow: ProbabilityFlow, end: Double, samples count: Int, from stream: RandomStream
  ) throws(FlowError) {
    let horizon = flow.process.horizon
    noise = flow.marginal(at: horizon).sample(count, from: stream.substream("noise"))
    let transport = try Teacher(flow, tolerance: ReferenceSamples.tolerance)
      .transport(noise, from: horizon, to: end).orThrow()
    states = transport.states
    law = flow.marginal(at: end)
    squares = states.rowSquares
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
    let errors = x.rowSquares(minus: states)
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
