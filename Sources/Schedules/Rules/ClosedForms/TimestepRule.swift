import Mixtures
import ProbabilityFlow

/// A rule that chooses among the K timesteps that a discrete model was trained on.
///
/// The table is that of β, Stable Diffusion's unless told otherwise; under rectified flow it is τ = (i + 1)/K.
/// A grid that ends at 0 takes n timesteps and a last step to noise level 0; one that ends above 0
/// takes n + 1. The first and, above 0, the last become T and the end of the grid.
protocol TimestepRule: GridRule {
  /// The parameters of the choice itself.
  static var ownParameters: [GridParameter] { get }
  /// How levels between timesteps are found.
  static var interpolation: TimestepTable.Interpolation { get }
  /// m descending timesteps of 0 … count − 1, not always whole.
  static func timesteps(
    _ m: Int, of count: Int, _ request: GridRequest
  ) throws(ScheduleError) -> [Double]
}

extension TimestepRule {
  static var ownParameters: [GridParameter] { [] }
  static var interpolation: TimestepTable.Interpolation { .logarithmic }
  public static var family: GridFamily { .closedForm }
  public static var parameters: [GridParameter] {
    ownParameters + [
      GridParameter("timesteps", 1000, "the number K of timesteps of the model"),
      GridParameter("beta_start", 0.00085, "beta of the first timestep (not for rectified-flow)"),
      GridParameter("beta_end", 0.012, "beta of the last timestep"),
      GridParameter("power", 2, "beta^(1/power) is linear: 2 scaled_linear, 1 linear"),
    ]
  }

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try request.check(for: self)
    let endsAtZero = request.end == 0
    let table = try table(request)
    let steps = try timesteps(
      request.segments + (endsAtZero ? 0 : 1), of: table.levels.count, request)
    // Timesteps that repeat, or are fewer than asked for, are found where the times are compared.
    let levels = steps.map { step in
      table.level(at: min(max(step, 0), Double(table.levels.count - 1)), interpolation)
    }
    return try .atNoiseLevels(endsAtZero ? levels + [0] : levels, for: self, request)
  }

  private static func table(_ request: GridRequest) throws(ScheduleError) -> TimestepTable {
    let count = try request.wholeNumber("timesteps", of: self, in: 2...1_000_000)
    if request.flow.process is RectifiedFlow { return TimestepTable(flowTimesteps: count) }
    let start = try request.positive("beta_start", of: self)
    let end = try request.positive("beta_end", of: self)
    guard start <= end, end < 1 else {
      throw .badParameter(
        rule: name, name: "beta_end", problem: "is \(end); use a number from beta_start to below 1")
    }
    return TimestepTable(
      betaStart: start, betaEnd: end, power: try request.positive("power", of: self),
      count: count)
  }
}
