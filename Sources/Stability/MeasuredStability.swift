import Arrays
import Mixtures
public import ProbabilityFlow
import RealModule

/// What really happens: stability of the flow measured on samples of p_t.
///
/// All numbers are estimates.
///
/// Every draw uses the same random numbers at all times, so the integrals over time are means of
/// independent integrals, and their standard errors come from those. Where components share one
/// isotropic variance, two draws in three lie between modes and carry weights (`BetweenModes`), so
/// that rare events close to the data are seen as well as common ones.
public struct MeasuredStability: Sendable {
  /// What was measured of one rate.
  public struct Rate: Sendable {
    /// E under p_t at each time.
    public let expected: [Estimate]
    /// The largest value seen at each time: a lower bound on the supremum.
    public let largest: [Double]
    /// ∫_0^T E dt.
    public let integral: Estimate

    init(_ values: [WeightedRates.Values], integral: WeightedRates.Values) {
      expected = values.map(\.estimate)
      largest = values.map(\.largest)
      self.integral = integral.estimate
    }
  }

  /// The number of samples.
  public let sampleCount: Int
  /// The seed.
  public let seed: UInt64
  /// The times t.
  public let times: [Double]
  /// ‖∇v‖, what the two-sided bound is above.
  public let norm: Rate
  /// λ_max(−∇v), what the one-sided bound is above.
  public let samplingRate: Rate
  /// log ‖DΦ_{0←T}‖ over trajectories from p_T.
  public let amplification: MeasuredAmplification

  /// Measures a flow at `times` on `count` samples and as many trajectories.
  ///
  /// - Throws: `FlowError.unfinished` if a trajectory cannot be followed.
  public init(
    _ flow: ProbabilityFlow, times: [Double], samples count: Int, seed: UInt64
  ) throws(FlowError) {
    precondition(count > 0, "\(count) samples")
    (self.times, sampleCount, self.seed) = (times, count, seed)
    let stream = RandomStream(seed: seed).substream("measured-stability")
    let rates = WeightedRates(flow, count: count, stream: stream.substream("states"))
    var integrals = (norm: WeightedRates.Values(count), sampling: WeightedRates.Values(count))
    for node in timeNodes(flow) {
      let found = rates.values(at: node.time)
      integrals.norm.add(found.norm, times: node.weight)
      integrals.sampling.add(found.sampling, times: node.weight)
    }
    let found = times.map(rates.values)
    norm = Rate(found.map(\.norm), integral: integrals.norm)
    samplingRate = Rate(found.map(\.sampling), integral: integrals.sampling)
    amplification = try MeasuredAmplification(
      flow, from: flow.process.horizon, to: 0, trajectories: count,
      stream: stream.substream("trajectories"))
  }
}
