import Arrays
import Mixtures
import ProbabilityFlow
import RealModule

/// GITS with its usual cost, the deviation from the chord of the trajectory (Chen et al., ICML 2024).
public enum GITSRule: GridRule {
  public static let name = "gits"
  public static let summary =
    "GITS: dynamic programme on Euler steps' deviation from a teacher's chord (Chen et al., 2024)"
  public static let family = GridFamily.optimised
  public static let parameters = gitsParameters

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try gitsGrid(request, for: self, .deviation)
  }
}

/// GITS with the distance to the teacher's states as its cost.
public enum GITSDistanceRule: GridRule {
  public static let name = "gits-l2"
  public static let summary =
    "GITS: dynamic programme on Euler steps' distance to a teacher's states (Chen et al., 2024)"
  public static let family = GridFamily.optimised
  public static let parameters = gitsParameters

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try gitsGrid(request, for: self, .distance)
  }
}

private let gitsParameters =
  NoiseLevelRange.parameters + [
    GridParameter("points", 61, "points of the teacher's ladder, from which levels are chosen"),
    GridParameter("rho", 7, "the teacher's ladder is uniform in the level's power 1/rho"),
    GridParameter("coefficient", 1.15, "the weight of what follows a step against the step"),
  ]

/// Trajectories between two looks at the clock.
private let gitsBatch = 256

/// The best subset of the teacher's ladder.
private func gitsGrid(
  _ request: GridRequest, for rule: any GridRule.Type, _ metric: StepMetric
) throws(ScheduleError) -> TimeGrid {
  let placed = try PlacedLevels(request, for: rule)
  let range = placed.range
  let points = request.value("points", of: rule)
  let rho = request.value("rho", of: rule)
  guard points >= 2, points <= 10_000, points.rounded() == points else {
    throw .badParameter(
      rule: rule.name, name: "points", problem: "is \(points); use a whole number from 2")
  }
  guard rho > 0 else {
    throw .badParameter(rule: rule.name, name: "rho", problem: "is \(rho); use a positive number")
  }
  guard range.count <= Int(points) else {
    throw .unusable(
      rule: rule.name, reason: "\(Int(points)) points hold no \(range.count) levels; set points")
  }
  guard range.count > 1 else {
    return try placed.grid([range.high], objective: nil, evaluations: 0)
  }
  let flow = NoiseLevelFlow(mixture: request.flow.mixture)
  let levels = polynomialLevels(Int(points), from: range.high, to: range.low, rho: rho)
  let starts = flow.marginal(range.high).sample(
    request.samples, from: RandomStream(seed: request.seed).substream("gits"))
  let budget = TimeBudget(request)
  var sums = Matrix<Double>(rows: levels.count, columns: levels.count)
  var (done, evaluations) = (0, 0)
  var best = StepProgramme(path: [], value: .infinity)
  while done < starts.rows, done == 0 || !budget.isSpent {
    let rows = done..<min(done + gitsBatch, starts.rows)
    let teacher = TeacherTrajectories(flow, from: starts.rowBlock(rows), along: levels)
    let part = teacher.summedCosts(metric)
    for i in part.elements.indices { sums.elements[i] += part.elements[i] }
    evaluations += teacher.evaluations
    done = rows.upperBound
    var costs = sums
    for i in costs.elements.indices { costs.elements[i] /= Double(done) }
    best = StepProgramme(
      costs: costs, steps: range.count - 1,
      coefficient: request.value("coefficient", of: rule))
    request.progress?(Double(done) / Double(starts.rows), best.value)
  }
  // Sums of distances of size σ̂ have rounding noise of this size.
  let noise = 1e-12 * range.high * Double(done)
  if metric == .deviation, sums.elements.allSatisfy({ abs($0) <= noise || $0 == .infinity }) {
    return try placed.grid(
      polynomialLevels(range.count, from: range.high, to: range.low, rho: rho), objective: 0,
      evaluations: evaluations,
      note: "trajectories are straight, so no step leaves their chords and the levels are those of "
        + "the teacher's kind; gits-l2 measures distances")
  }
  return try placed.grid(
    best.path.map { levels[$0] }, objective: best.value, evaluations: evaluations,
    note: done < starts.rows ? budget.note : nil)
}
