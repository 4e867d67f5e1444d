public import Formats
import Mixtures
public import ProbabilityFlow
import RealModule

/// The certificates of a flow at a list of times, as `stability` prints them.
public struct StabilitySummary: Sendable {
  /// The state variables that the bounds refer to.
  public let state = "native"
  /// The largest distance D between two means.
  public let diameter: Double
  /// The times t.
  public let times: [Double]
  /// Why the worst-case bounds are infinite; nil if they are finite.
  public let reason: String?
  /// L(t), the two-sided bound.
  public let twoSided: [Double]
  /// The one-sided bound in sampling direction.
  public let oneSided: [Double]
  /// A(t) = ∫_0^t L.
  public let cumulative: [Double]
  /// A(T).
  public let cumulativeHorizon: Double
  /// The certified Lipschitz constant of Φ_{0←T}; infinite if it overflows.
  public let oneSidedAmplification: Double
  /// Its logarithm.
  public let oneSidedLogAmplification: Double
  /// The information profile I_0^up − I_t^BD in nats.
  public let information: [Double]
  /// The bound on E log ‖DΦ_{0←T}‖.
  public let typicalLogAmplification: Double
  /// The bound on log ‖DΦ_{0←T}‖ that holds for 99 % of p_T; nil where it would take long.
  public let highProbability: HighProbabilityCertificate?
  /// The bound on ∫ E ½g²‖Cov_γ(g)‖ dt; nil where it would take long.
  public let averagedIntegral: Double?

  /// The certificates of a flow.
  ///
  /// Worst-case bounds are infinite, with `reason`, where the score is not Lipschitz.
  public init(_ flow: ProbabilityFlow, times: [Double]) {
    let bound = StabilityBound(flow)
    let certificate = InformationCertificate(flow)
    self.times = times
    diameter = bound.diameter
    reason = bound.reason
    twoSided = times.map { bound.twoSided($0) }
    oneSided = times.map { bound.oneSided($0) }
    cumulative = times.map { bound.cumulative($0) }
    cumulativeHorizon = bound.cumulative(flow.process.horizon)
    oneSidedLogAmplification = bound.logAmplification(from: flow.process.horizon, to: 0)
    oneSidedAmplification = .exp(oneSidedLogAmplification)
    information = times.map { certificate.profile($0) }
    typicalLogAmplification = certificate.typicalLogAmplification
    highProbability = certificate.ratesAreCheap ? certificate.highProbability() : nil
    averagedIntegral = certificate.ratesAreCheap ? certificate.averagedIntegral.total : nil
  }

  /// The summary as `stability --json` prints it.
  public var json: JSON {
    var object = JSONObject([
      ("state", .string(state)), ("diameter", .number(diameter)), ("times", .numbers(times)),
      ("two_sided", .numbers(twoSided)), ("one_sided", .numbers(oneSided)),
      ("cumulative", .numbers(cumulative)), ("cumulative_horizon", .number(cumulativeHorizon)),
      ("one_sided_amplification", .number(oneSidedAmplification)),
      ("one_sided_log_amplification", .number(oneSidedLogAmplification)),
      ("information", .numbers(information)),
      ("typical_log_amplification", .number(typicalLogAmplification)),
    ])
    if let highProbability { object["high_probability"] = highProbability.json }
    if let averagedIntegral { object["averaged_integral"] = .number(averagedIntegral) }
    if let reason {
      object["reason"] = .string(reason)
    } else if oneSidedAmplification.isInfinite {
      object["reason"] = "exp(one_sided_log_amplification) exceeds the largest float64"
    }
    let always = [
      "diameter", "two_sided", "one_sided", "cumulative", "cumulative_horizon",
      "one_sided_amplification", "one_sided_log_amplification", "information",
      "typical_log_amplification",
    ]
    let fields =
      always + ["high_probability", "averaged_integral"].filter { object[$0] != nil }
    object["kinds"] = .object(
      JSONObject(fields.map { ($0, JSON.string(Kind.certificate.rawValue)) }))
    return .object(object)
  }
}
