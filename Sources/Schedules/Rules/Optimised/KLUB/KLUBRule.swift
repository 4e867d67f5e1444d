import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import Stability

/// The levels of least Kullback–Leibler upper bound with early stopping: Align Your Steps.
///
/// From EDM's levels of 10 steps the coordinate search of `KLUBSearch` runs on common random numbers,
/// two subdivisions make 40 steps, and interpolation linear in log σ̂ gives the n that are asked for.
///
/// The bound's minimum is not where samples are best, and the paper stops early; it judges by image
/// quality. Here the judge is the request's sampler: after each pass its end on these levels is held
/// against the teacher's, on samples of their own.
public enum KLUBRule: GridRule {
  public static let name = "klub"
  public static let summary =
    "Align Your Steps: KL upper bound by coordinate search, stopped early (Sabour et al., 2024)"
  public static let family = GridFamily.optimised
  public static let parameters =
    NoiseLevelRange.parameters + [
      GridParameter("data_std", 0, "c of the importance density; 0 takes the data's own"),
      GridParameter("patience", 3, "passes without gain before the early stop; 0 runs to the end"),
    ]

  /// Steps of the search before subdivision.
  private static let coarseSteps = 10
  /// Samples on which the early stop is judged, at most.
  private static let judges = 256

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    let placed = try PlacedLevels(request, for: self)
    let range = placed.range
    if let levels = placed.forced { return try placed.grid(levels, objective: nil, evaluations: 0) }
    let patience = request.value("patience", of: self)
    guard patience >= 0, patience <= 300, patience.rounded() == patience else {
      throw .badParameter(
        rule: name, name: "patience", problem: "is \(patience); use a whole number from 0 to 300")
    }
    let std = request.value("data_std", of: self)
    guard std >= 0 else {
      throw .badParameter(rule: name, name: "data_std", problem: "is \(std); use 0 or more")
    }
    let mixture = request.flow.mixture
    let stream = RandomStream(seed: request.seed).substream("klub")
    let estimator = KLUBEstimator(
      mixture, samples: request.samples, from: stream,
      variance: std > 0 ? std * std : mixture.totalVariance / Double(mixture.dimension))
    let budget = TimeBudget(request)
    var search = KLUBSearch { estimator.interval(from: $0, to: $1) }
    search.isSpent = { budget.isSpent }
    let start = polynomialLevels(coarseSteps + 1, from: range.high, to: range.low, rho: 7)
    let judge =
      patience > 0
      ? try EarlyStopJudge(
        request, samples: min(request.samples, judges), stream.substream("judge")) : nil
    let coarse = search.run(
      start, patience: Int(patience), error: judge.map { judge in { judge.error($0) } },
      progress: { pass, klub in request.progress?(1 - .pow(0.9, pass), klub) })
    let fine = search.subdivide(search.subdivide(coarse))
    let levels = logLinearLevels(fine, count: range.count)
    let objective = search.total(levels)
    request.progress?(1, objective)
    var grid = try placed.grid(
      levels, objective: objective,
      evaluations: search.estimates * estimator.evaluationsPerInterval
        + (judge.map {
          $0.teacherEvaluations + search.judgements * $0.evaluations(levels: start.count)
        } ?? 0),
      note: budget.isSpent ? budget.note : nil)
    if judge != nil { grid.sampler = request.sampler.name }
    return grid
  }
}
