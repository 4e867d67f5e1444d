import Mixtures
public import ProbabilityFlow

/// Uniform in t.
public enum UniformRule: GridRule {
  public static let name = "uniform"
  public static let summary = "equal steps in t"

  public static func grid(
    for flow: ProbabilityFlow, segments n: Int
  ) throws(StabilityError) -> TimeGrid {
    guard n >= 1 else { throw .noSegments(n) }
    return TimeGrid(
      rule: name, process: flow.process,
      times: TimeGrid.uniformTimes(n, horizon: flow.process.horizon), kind: .certificate)
  }
}
