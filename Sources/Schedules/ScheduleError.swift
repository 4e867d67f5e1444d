public import ProbabilityFlow
public import Stability

/// Why a grid cannot be made.
public enum ScheduleError: Error, Equatable, CustomStringConvertible {
  /// A grid needs at least one segment.
  case noSegments(Int)
  /// The last time must lie in [0, T).
  case badEnd(Double, horizon: Double)
  /// A cumulative density is unusable.
  case badProfile(problem: String)
  /// A parameter that the rule does not have, or a value out of range.
  case badParameter(rule: String, name: String, problem: String)
  /// The rule cannot serve this flow, sampler or number of segments.
  case unusable(rule: String, reason: String)
  /// Another program's form has no place for this grid.
  case unexportable(format: String, reason: String)
  /// The rule needs a bound that there is not.
  case noBound(StabilityError)
  /// The teacher did not arrive.
  case teacher(FlowError)

  /// One sentence with advice.
  public var description: String {
    switch self {
    case .noSegments(let n): "\(n) segments; a grid needs at least 1"
    case .badEnd(let end, let horizon):
      "the grid would end at \(end); use a time in [0, \(horizon))"
    case .badProfile(let problem): "the profile \(problem)"
    case .badParameter(let rule, let name, let problem): "rule \(rule): \(name) \(problem)"
    case .unusable(let rule, let reason): "rule \(rule): \(reason)"
    case .unexportable(let format, let reason): "format \(format) \(reason)"
    case .noBound(let error): error.description
    case .teacher(let error): error.description
    }
  }
}
