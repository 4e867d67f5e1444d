import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import Stability

/// Our training-free rule: steps planned on true trajectories for the sampler that will run.
///
/// 1. True trajectories at candidate times, and one backward sweep for how a change at each moves the
///    end (`AdjointPath`).
/// 2. The equal partition of the sampler's local errors as the flow carries them to the end, to the
///    power that its order asks for (`LocalErrors`): optimal for many steps.
/// 3. The plan by dynamic programming over the candidates with the sampler's own states (`StepPlan`): right for
///    few steps, where errors are not small and may cancel. It includes what the sampler does on its last step.
/// 4. The better of both, polished by least squares on the end of the same trajectories
///    (`GridLeastSquares`), which moves times off the candidates.
///
/// Nothing in it is tuned to a mixture. Derived here; its relatives are OSS (arXiv:2503.21774), for
/// step 3, and adjoint-weighted error control.
public enum PlannedRule: GridRule {
  public static let name = "planned"
  public static let summary =
    "steps planned for the sampler by its errors on true trajectories, carried to the end (ours)"
  public static let family = GridFamily.optimised
  public static let parameters = [
    GridParameter("candidates", 33, "times among which steps are planned, 9 to 257"),
    GridParameter("refinements", 30, "iterations of least squares after planning"),
  ]

  /// Above this many segments steps are small, and the equal partition is the plan.
  static let planned = 16
  /// Above this many segments least squares is not worth its runs.
  static let refined = 32
  /// Trajectories on which steps are planned; all are used for least squares.
  static let trajectories = 256

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try request.check(for: self)
    guard request.samples >= 1 else {
      throw .unusable(rule: name, reason: "it measures on samples; ask for at least 1")
    }
    let (flow, sampler, n) = (request.flow, request.sampler, request.segments)
    let (candidates, limit) = (try candidates(request), try refinements(request))
    let path = try AdjointPath(
      flow, along: candidates, count: min(request.samples, trajectories), seed: request.seed)
    var evaluations = path.evaluations
    let partition = try partition(request, path)
    evaluations += path.states[0].rows * (path.times.count - 1)
    var starts = [partition.times]
    if n > 1, n <= planned {
      let plan = StepPlan(flow, sampler, path, steps: n)
      evaluations += plan.evaluations
      starts.append(plan.times)
    }
    let (start, target, cost) = try trajectories(request)
    evaluations += cost
    var problem = GridLeastSquares(
      flow, sampler, from: start, to: target, between: (request.horizon, request.end))
    let clock = ContinuousClock()
    let deadline = request.timeBudget.map { clock.now + .seconds($0) }
    let size = target.elements.reduce(0) { $0 + $1 * $1 }
    var best: (times: [Double], value: Double)?
    for (i, times) in starts.enumerated() {
      let found = problem.minimum(from: times, limit: n <= refined ? limit : 0) {
        deadline.map { clock.now < $0 } ?? true
      }
      if found.value < best?.value ?? .infinity { best = found }
      request.progress?(Double(i + 1) / Double(starts.count), (best?.value ?? .nan) / size)
    }
    var grid = TimeGrid(
      rule: name, process: flow.process, times: best?.times ?? partition.times, kind: .estimate)
    if let deadline, clock.now >= deadline {
      grid.note = "the time budget ended the search, so the grid is not reproducible"
    }
    grid.sampler = sampler.name
    grid.evaluations = evaluations + problem.evaluations
    grid.objective = best.map { $0.value / size }
    return grid
  }

  /// The candidate times: equal steps of the noise coordinate, ends included.
  private static func candidates(_ request: GridRequest) throws(ScheduleError) -> [Double] {
    let count = request.value("candidates", of: self)
    guard (9...257).contains(count) else {
      throw .badParameter(rule: name, name: "candidates", problem: "is \(count); use 9 to 257")
    }
    let coordinate = NoiseCoordinate(request.flow)
    let (first, last) = (coordinate(request.horizon), coordinate(request.end))
    let steps = max(Int(count) - 1, request.segments <= planned ? request.segments : 0)
    let inner = (1..<steps).map {
      coordinate.time(at: first + (last - first) * Double($0) / Double(steps))
    }
    return [request.horizon] + inner + [request.end]
  }

  private static func refinements(_ request: GridRequest) throws(ScheduleError) -> Int {
    let value = request.value("refinements", of: self)
    guard (0...1000).contains(value) else {
      throw .badParameter(rule: name, name: "refinements", problem: "is \(value); use 0 to 1000")
    }
    return Int(value)
  }

  /// The equal partition of the local errors between the candidates.
  private static func partition(
    _ request: GridRequest, _ path: AdjointPath
  ) throws(ScheduleError) -> TimeGrid {
    let parts = LocalErrors.density(request.flow, request.sampler, path)
    let density = try TabulatedDensity(
      parts.reversed(), request.flow, from: request.horizon, to: request.end)
    return try .equalPartition(
      of: CumulativeDensity(kind: .estimate) { density.cumulative($0) }, for: self, request)
  }

  /// All trajectories' starts and true ends.
  private static func trajectories(
    _ request: GridRequest
  ) throws(ScheduleError) -> (start: Matrix<Double>, target: Matrix<Double>, cost: Int) {
    let stream = RandomStream(seed: request.seed).substream("grid-trajectories")
    let start = request.flow.marginal(at: request.horizon).sample(
      request.samples, from: stream.substream("states"))
    do {
      let moved = try Teacher(request.flow).transport(
        start, from: request.horizon, to: request.end
      ).orThrow()
      return (start, moved.states, moved.evaluations)
    } catch { throw .teacher(error) }
  }
}
