import Mixtures
import ProbabilityFlow
import Stability

/// Uniform in α.
public enum UniformAlphaRule: GridRule {
  public static let name = "uniform-alpha"
  public static let summary = "equal steps in alpha"
  public static let family = GridFamily.closedForm

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    let process = request.flow.process
    return try .equalPartition(
      of: CumulativeDensity(kind: .certificate) { 1 - process.alpha($0) }, for: self, request)
  }
}

/// Uniform in α², which the stability rule becomes at σ_0 = σ∞ under the Ornstein–Uhlenbeck process.
public enum UniformAlphaSquaredRule: GridRule {
  public static let name = "uniform-alpha-squared"
  public static let summary = "equal steps in alpha^2"
  public static let family = GridFamily.closedForm

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    let process = request.flow.process
    return try .equalPartition(
      of: CumulativeDensity(kind: .certificate) { t in
        let alpha = process.alpha(t)
        return 1 - alpha * alpha
      }, for: self, request)
  }
}
