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
    NoiseLevelRange.parameters + [
      GridParameter(
        "power", 1, "p of the assumed error sigma^p/alpha: 1 for pixels, 2 for latents"),
      GridParameter(
        "truncation", -1,
        "steps whose errors enter without signs; -1: 3 up to 7 steps, beyond them all (published: 0)"
      ),
    ]

  /// The work grows fast with the steps: half a second at 100, more than 40 seconds at 1200.
  private static let mostSegments = 128

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    let placed = try PlacedLevels(request, for: self)
    let range = placed.range
    if let levels = placed.forced { return try placed.grid(levels, objective: nil, evaluations: 0) }
    guard request.segments <= mostSegments else {
      throw .unusable(
        rule: name, reason: "\(request.segments) segments; it optimises at most \(mostSegments)")
    }
    let (steps, power) = (range.count - 1, request.value("power", of: self))
    guard power >= 0 else {
      throw .badParameter(rule: name, name: "power", problem: "is \(power); use 0 or more")
    }
    let truncation = request.value("truncation", of: self)
    guard truncation >= -1, truncation.rounded() == truncation else {
      throw .badParameter(
        rule: name, name: "truncation",
        problem: "is \(truncation); use a whole number from 0, or -1")
    }
    let objective = DMNObjective(
      first: -.log(range.high), last: -.log(range.low), power: power,
      truncation: truncation < 0 ? usualTruncation(steps) : Int(min(truncation, Double(steps))))
    let budget = TimeBudget(request)
    let best = objective.minimum(
      steps: steps, isSpent: { budget.isSpent }, progress: { request.progress?($0, $1) })
    var lambda = objective.first
    var levels = [range.high]
    for gap in best.gaps.dropLast() {
      lambda += gap
      levels.append(.exp(-lambda))
    }
    return try placed.grid(
      levels + [range.low], objective: best.value, evaluations: 0,
      note: budget.isSpent ? budget.note : nil)
  }

  /// 3 up to 7 steps, as published, and all steps beyond.
  ///
  /// Beyond 7 steps the published code adds all errors with their signs. Grids on which the assumed
  /// errors cancel then have the least bound, such as one that goes from σ̂ = 50 to 0.3 in one step; the
  /// published grids are where its solver stalls on the way. Without signs the minimum is a good grid.
  private static func usualTruncation(_ steps: Int) -> Int { steps <= 7 ? 3 : steps }
}
