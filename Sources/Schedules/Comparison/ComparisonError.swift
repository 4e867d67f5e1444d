public import ProbabilityFlow

/// Why a comparison cannot be made.
public enum ComparisonError: Error, Equatable, CustomStringConvertible {
  /// The plan asks for what no rule can serve.
  case request(ScheduleError)
  /// The teacher could not carry the samples of a mixture.
  case teacher(name: String, FlowError)
  /// Someone asked to stop.
  case interrupted

  /// One sentence.
  public var description: String {
    switch self {
    case .request(let error): error.description
    case .teacher(let name, let error): "\(name): \(error.description)"
    case .interrupted: "interrupted; nothing was written"
    }
  }
}

/// How far a comparison is.
public struct ComparisonProgress: Sendable {
  /// Cells done.
  public let done: Int
  /// Cells in all.
  public let total: Int
  /// What is being worked on: mixture, sampler, segments, rule.
  public let description: String
}
