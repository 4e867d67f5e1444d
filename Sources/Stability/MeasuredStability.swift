import Arrays
import Mixtures
public import ProbabilityFlow
import RealModule

/// What really happens: stability of the flow measured on samples of p_t.
///
/// All numbers are estimates, and refer to the variables `state`.
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
    /// The rate over all times, for drawing.
    public let curve: Curve

    init(_ values: [WeightedRates.Values], _ integral: RateIntegral) {
      expected = values.map(\.estimate)
      largest = values.map(\.largest)
      (self.integral, curve) = (integral.sum.estimate, integral.curve)
    }
  }

  /// A rate at each of `curveTimes`.
  public struct Curve: Sendable {
    /// E under p_t.
    public fileprivate(set) var expected: [Estimate] = []
    /// The largest value seen.
    public fileprivate(set) var largest: [Double] = []
    /// ∫_0^t E, less accurate than `Rate.integral`.
    public fileprivate(set) var cumulative: [Double] = []
  }

  /// The number of samples.
  public let sampleCount: Int
  /// The seed.
  public let seed: UInt64
  /// The variables that rates and amplifications refer to.
  public let state: StateVariables
  /// The times t.
  public let times: [Double]
  /// Ascending times over (0, T), denser where rates change.
  public let curveTimes: [Double]
  /// ‖∇v‖, what the two-sided bound is above.
  public let norm: Rate
  /// λ_max(−∇v), what the one-sided bound is above.
  public let samplingRate: Rate
  /// log ‖DΦ_{0←T}‖ over trajectories from p_T.
  public let amplification: MeasuredAmplification

  /// Measures a flow at `times` on `count` samples and as many trajectories.
  ///
  /// - Precondition: the state variables are finite at T.
  /// - Throws: `FlowError.unfinished` if a trajectory cannot be followed.
  public init(
    _ flow: ProbabilityFlow, times: [Double], state: StateVariables = .native,
    samples count: Int, seed: UInt64
  ) throws(FlowError) {
    precondition(count > 0, "\(count) samples")
    (self.times, self.state, sampleCount, self.seed) = (times, state, count, seed)
    let stream = RandomStream(seed: seed).substream("measured-stability")
    let rates = WeightedRates(flow, state, count: count, stream: stream.substream("states"))
    let nodes = timeNodes(flow).sorted { $0.time < $1.time }
    curveTimes = nodes.map(\.time)
    var (overNorm, overSampling) = (RateIntegral(count), RateIntegral(count))
    for node in nodes {
      let found = rates.values(at: node.time)
      overNorm.add(found.norm, weight: node.weight)
      overSampling.add(found.sampling, weight: node.weight)
    }
    let found = times.map(rates.values)
    norm = Rate(found.map(\.norm), overNorm)
    samplingRate = Rate(found.map(\.sampling), overSampling)
    amplification = try MeasuredAmplification(
      flow, from: flow.process.horizon, to: 0, trajectories: count, state: state,
      stream: stream.substream("trajectories"))
  }
}

/// A quadrature of rates, node by node.
struct RateIntegral {
  private(set) var sum: WeightedRates.Values
  private(set) var curve = MeasuredStability.Curve()
  private var done = 0.0

  init(_ count: Int) { sum = WeightedRates.Values(count) }

  mutating func add(_ values: WeightedRates.Values, weight: Double) {
    sum.add(values, times: weight)
    let estimate = values.estimate
    curve.expected.append(estimate)
    curve.largest.append(values.largest)
    // Half of a node's weight lies before it.
    curve.cumulative.append(done + 0.5 * weight * estimate.value)
    done += weight * estimate.value
  }
}
