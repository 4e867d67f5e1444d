import Mixtures
import ProbabilityFlow
import Stability

/// Uniform in t.
public enum UniformRule: GridRule {
  public static let name = "uniform"
  public static let summary = "equal steps in t"
  public static let family = GridFamily.closedForm

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try request.check(for: self)
    return TimeGrid(
      rule: name, process: request.flow.process,
      times: TimeGrid.uniformTimes(request.segments, from: request.horizon, to: request.end),
      kind: .certificate)
  }
}
