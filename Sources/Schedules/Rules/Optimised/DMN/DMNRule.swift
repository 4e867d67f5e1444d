import Mixtures
import ProbabilityFlow
import RealModule
import Stability

/// The levels that minimise a bound on a multistep sampler's error, without a model (Xue et al., 2024).
///
/// The bound belongs to multistep samplers of order 3 in data prediction (UniPC, DPM-Solver++). It sees
/// noise levels alone; those of a process that does not preserve variance count as if it did.
public enum DMNRule: GridRule {
  public static let name = "dmn"
  public static let summary =
    "DMN: model-free bound on the error of third-order multistep samplers (Xue et al., 2024)"
  public static let family = GridFamily.optimised
  public static let parameters =
    NoiseRange.parameters + [
      GridParameter("power", 1, "p of the assumed error sigma^p/alpha: 1 for pixels, 2 for latents")
    ]

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    let range = try NoiseRange(request, for: self)
    if let levels = range.forced { return try range.grid(levels, objective: nil, evaluations: 0) }
    let (steps, power) = (range.count - 1, request.value("power", of: self))
    guard power >= 0 else {
      throw .badParameter(rule: name, name: "power", problem: "is \(power); use 0 or more")
    }
    let objective = DMNObjective(
      first: -.log(range.high), last: -.log(range.low), power: power,
      truncation: DMNRule.truncation(steps))
    let budget = TimeBudget(request)
    let best = objective.minimum(
      steps: steps, isSpent: { budget.isSpent }, progress: { request.progress?($0, $1) })
    var lambda = objective.first
    var levels = [range.high]
    for gap in best.gaps.dropLast() {
      lambda += gap
      levels.append(.exp(-lambda))
    }
    return try range.grid(
      levels + [range.low], objective: best.value, evaluations: 0,
      note: budget.isSpent ? budget.note : nil)
  }

  /// The published code adds the errors of the first three steps without signs up to 7 steps.
  static func truncation(_ steps: Int) -> Int { steps <= 7 ? 3 : 0 }
}
