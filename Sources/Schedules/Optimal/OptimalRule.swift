import Arrays
import Mixtures
public import ProbabilityFlow
import RealModule
import Stability

/// The oracle: the grid that minimises the sampler's end-point error on fixed samples.
///
/// The relative mean squared error Σ‖ŷ − y‖²/Σ‖y‖² over x_T ~ p_T, y by the teacher with error control, is
/// minimised over descending grids by its exact gradients (`EndPointError`); direct optimisation of the end
/// point is LD3's idea (Tong et al., 2025), here with the exact denoiser and no tolerance around x_T. A local
/// minimum, and the best of several: no proof that it is the global one. With n − 1 free times the samples are
/// overfitted little; the note says how many there were.
public enum OptimalRule: GridRule {
  public static let name = "optimal"
  public static let summary =
    "the smallest end-point error of the sampler that gradients find, on fixed samples (estimate)"
  public static let family = GridFamily.optimised

  /// The teacher's tolerance: far below every error of a few steps.
  private static let tolerance = 1e-9

  /// The error that the rule minimises for a request, and the evaluations that its targets took.
  ///
  /// - Throws: `.unusable` without samples; `.teacher` if one of them does not arrive.
  public static func objective(
    _ request: GridRequest
  ) throws(ScheduleError) -> (error: EndPointError, evaluations: Int) {
    guard request.samples >= 1 else {
      throw .unusable(rule: name, reason: "\(request.samples) samples; it needs at least 1")
    }
    let x = request.flow.marginal(at: request.horizon).sample(
      request.samples, from: RandomStream(seed: request.seed).substream("optimal-grid"))
    let arrival = Teacher(request.flow, tolerance: tolerance)
      .transport(x, from: request.horizon, to: request.end)
    if case .unfinished(let rows) = arrival.outcome {
      throw .teacher(
        .unfinished(count: rows.count, first: rows.first ?? 0, total: request.samples))
    }
    let error = EndPointError(
      request.flow, request.sampler, from: x, at: request.horizon, to: arrival.states,
      at: request.end)
    return (error, arrival.evaluations)
  }

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try request.check(for: self)
    let (n, process) = (request.segments, request.flow.process)
    let deadline = request.timeBudget.map { ContinuousClock.now + .seconds($0) }
    let (error, teacherEvaluations) = try objective(request)
    let gaps = AngleGaps(
      first: NoiseLevel(process, at: request.horizon).angle,
      last: NoiseLevel(process, at: request.end).angle)
    var cut = false
    let starts = OptimalStarts(request, gaps).all
    var search = OptimalSearch(
      error, gaps,
      mayGoOn: {
        if let deadline, ContinuousClock.now > deadline { cut = true }
        return !cut
      }, progress: request.progress)
    let found = n > 1 ? search.best(from: starts) : nil
    let angles = found.map { gaps.interior($0.logGaps) } ?? starts.first ?? []
    let levels =
      [process.noiseLevel(request.horizon)] + angles.map { Double.tan($0) }
      + [process.noiseLevel(request.end)]
    var grid = try TimeGrid.atNoiseLevels(levels, kind: .estimate, for: self, request)
    grid.sampler = request.sampler.name
    grid.objective = error.value(along: grid.times)
    grid.evaluations = teacherEvaluations + search.evaluations
    grid.note =
      "optimised on \(request.samples) samples"
      + (cut ? "; the time budget ended the search, so the grid is not reproducible" : "")
    return grid
  }
}
