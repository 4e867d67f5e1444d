public import Arrays
import Mixtures
public import ProbabilityFlow
import RealModule

/// The distribution of log ‖DΦ_{s←t}(x)‖ over trajectories from p_t, in chosen state variables:
/// estimates.
public struct MeasuredAmplification: Sendable {
  /// A quantile with its confidence interval.
  public struct Quantile: Sendable, Equatable {
    /// The level p.
    public let level: Double
    /// The sample quantile.
    public let value: Double
    /// A distribution-free interval of at least 95 % confidence; infinite where the sample is too
    /// small for one.
    public let interval: ClosedRange<Double>
  }

  /// log ‖DΦ‖ of each trajectory, ascending.
  public let logNorms: [Double]
  /// E log ‖DΦ‖.
  public let mean: Estimate
  /// The largest relative residual of an iterated norm; 0 if none was iterated.
  public let residual: Double

  /// Follows `count` trajectories from time `start` to time `end`.
  ///
  /// - Precondition: the state variables are finite at both.
  /// - Throws: `FlowError.unfinished` if one cannot be followed.
  public init(
    _ flow: ProbabilityFlow, from start: Double, to end: Double, trajectories count: Int,
    state: StateVariables = .native, stream: RandomStream
  ) throws(FlowError) {
    // Far below the scatter of any sample, and half the cost of the default tolerance.
    let tangent = TangentFlow(flow, tolerance: 1e-6)
    let x = flow.marginal(at: start).sample(count, from: stream)
    let found = tangent.amplification(at: x, from: start, to: end)
    if case .unfinished(let rows) = found.outcome {
      throw .unfinished(count: rows.count, first: rows.first ?? 0, total: count)
    }
    let shift = state.logScaleRatio(flow.process, from: start, to: end)
    precondition(shift.isFinite, "state \(state) from \(start) to \(end)")
    let shifted = found.logNorms.map { $0 + shift }
    mean = Estimate(meanOf: shifted)
    logNorms = shifted.sorted()
    residual = found.residuals.reduce(0, max)
  }

  /// The largest value seen.
  public var largest: Double { logNorms[logNorms.count - 1] }

  /// The quantile of level p, with order statistics as the ends of its interval.
  public func quantile(_ p: Double) -> Quantile {
    precondition(p > 0 && p < 1, "level \(p)")
    let n = logNorms.count
    let ranks = quantileRanks(p, of: n, confidence: 0.95)
    return Quantile(
      level: p, value: logNorms[min(n - 1, max(0, Int((p * Double(n)).rounded(.up)) - 1))],
      interval: (ranks.low.map { logNorms[$0] } ?? -.infinity)...(ranks.high.map { logNorms[$0] }
        ?? .infinity))
  }
}

/// Indices of order statistics around the p-quantile of n draws, each missed with a probability of
/// at most half of what the confidence leaves; nil where no draw is far enough out.
private func quantileRanks(
  _ p: Double, of n: Int, confidence: Double
) -> (low: Int?, high: Int?) {
  // B ~ Bin(n, p) draws lie below the quantile. X_(l) > q needs B ≤ l, X_(h) < q needs B > h.
  let tail = (1 - confidence) / 2
  var cumulative = 0.0
  var (low, high): (Int?, Int?)
  for j in 0..<n {
    let binomial =
      Double.logGamma(Double(n) + 1) - .logGamma(Double(j) + 1) - .logGamma(Double(n - j) + 1)
    cumulative += .exp(binomial + Double(j) * .log(p) + Double(n - j) * .log(onePlus: -p))
    if cumulative <= tail { low = j }
    if high == nil, 1 - cumulative <= tail { high = j }
  }
  return (low, high)
}
