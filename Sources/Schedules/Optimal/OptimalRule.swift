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
/// minimum, and the best of several: no proof that it is the global one. Where few samples carry the error, those
/// near a boundary between modes, a grid overfits them; so where evaluations are cheap it is optimised on up to
/// 16 times the request's samples. The note gives their number and the error on fresh ones.
public enum OptimalRule: GridRule {
  public static let name = "optimal"
  public static let summary =
    "the smallest end-point error of the sampler that gradients find, on fixed samples (estimate)"
  public static let family = GridFamily.optimised
  public static let parameters = [
    GridParameter(
      "enlarge", 16, "up to how many times the samples it uses where evaluations are cheap"),
    GridParameter("hops", 120, "descents from disturbed grids, fewer where evaluations are costly"),
  ]

  /// The teacher's tolerance: far below every error of a few steps.
  private static let tolerance = 1e-9

  /// Beyond this a dense quasi-Newton method and moves of single times no longer pay.
  private static let mostSegments = 64

  /// The cost of one evaluation of the denoiser times evaluations along the grid times samples, up to which it
  /// adds samples: some seconds for the last descents.
  private static let work = 20e6

  /// The samples for a request: its own, more where evaluations are cheap, up to `enlarge` times and to 16384.
  static func sampleCount(_ request: GridRequest) throws(ScheduleError) -> Int {
    let affordable = work / (cost(request) * Double(request.samples))
    let enlarge = request.value("enlarge", of: self)
    guard (1...16384).contains(enlarge) else {
      throw .badParameter(rule: name, name: "enlarge", problem: "is \(enlarge); use 1 to 16384")
    }
    let most = max(min(Int(enlarge), 16384 / request.samples), 1)
    return request.samples * max(min(Int(affordable), most), 1)
  }

  /// What one sample's way along the grid costs, in units of about 2 ns.
  private static func cost(_ request: GridRequest) -> Double {
    let (mixture, n) = (request.flow.mixture, max(request.segments, 1))
    // A component costs its multiplications and, measured in few dimensions, as much as 8 of them, or 20 for a
    // covariance of its own frame.
    let d = mixture.dimension
    var component = d + 8
    if case .full = mixture.covariances { component = d * d + 20 }
    let steps = request.sampler.evaluations(segments: n, endsAtZero: request.end == 0)
    return Double(mixture.componentCount * component * steps)
  }

  /// Descents from disturbed grids: as many as about two seconds hold, or eight beyond 16 dimensions, up to the
  /// parameter.
  private static func hops(_ request: GridRequest) throws(ScheduleError) -> Int {
    let most = request.value("hops", of: self)
    guard (0...10_000).contains(most) else {
      throw .badParameter(rule: name, name: "hops", problem: "is \(most); use 0 to 10000")
    }
    // One takes 36 µs in the units of `cost`, measured on two cores.
    let seconds: Double = request.flow.mixture.dimension > 16 ? 8 : 2
    return Int(min(most, seconds / (36e-6 * cost(request))))
  }

  /// The error that the rule minimises for a request, and the evaluations that its targets took.
  ///
  /// - Throws: `.unusable` without samples; `.teacher` if one of them does not arrive.
  public static func objective(
    _ request: GridRequest
  ) throws(ScheduleError) -> (error: EndPointError, evaluations: Int) {
    guard request.samples >= 1 else {
      throw .unusable(rule: name, reason: "\(request.samples) samples; it needs at least 1")
    }
    return try error(request, on: "optimal-grid", count: try sampleCount(request))
  }

  /// The error on samples of a name.
  private static func error(
    _ request: GridRequest, on samples: String, count: Int
  ) throws(ScheduleError) -> (error: EndPointError, evaluations: Int) {
    let x = request.flow.marginal(at: request.horizon).sample(
      count, from: RandomStream(seed: request.seed).substream(samples))
    let arrival = Teacher(request.flow, tolerance: tolerance)
      .transport(x, from: request.horizon, to: request.end)
    if case .unfinished(let rows) = arrival.outcome {
      throw .teacher(
        .unfinished(count: rows.count, first: rows.first ?? 0, total: count))
    }
    let error = EndPointError(
      request.flow, request.sampler, from: x, at: request.horizon, to: arrival.states,
      at: request.end)
    return (error, arrival.evaluations)
  }

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try request.check(for: self)
    let (n, process) = (request.segments, request.flow.process)
    guard n <= mostSegments else {
      throw .unusable(
        rule: name, reason: "\(n) segments; it optimises at most \(mostSegments)")
    }
    let deadline = request.timeBudget.map { ContinuousClock.now + .seconds($0) }
    let (error, teacherEvaluations) = try objective(request)
    let gaps = AngleGaps(
      first: NoiseLevel(process, at: request.horizon).angle,
      last: NoiseLevel(process, at: request.end).angle)
    var cut = false
    let starts = OptimalStarts(request, gaps).all
    var search = OptimalSearch(
      error, gaps, hops: try hops(request),
      random: RandomStream(seed: request.seed).substream("optimal-hops"),
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
    let value = error.value(along: grid.times)
    grid.objective = value
    request.progress?(1, value)
    let fresh = try self.error(request, on: "fresh", count: error.sampleCount)
    let held = fresh.error.estimate(along: grid.times)
    grid.evaluations =
      teacherEvaluations + search.evaluations + fresh.evaluations
      + error.sampleCount * request.sampler.evaluations(request.flow, along: grid.times)
    grid.note =
      "optimised on \(error.sampleCount) samples; on as many fresh ones the error is "
      + "\(short(held.value)) with standard error \(short(held.standardError))"
      + (cut ? "; the time budget ended the search, so the grid is not reproducible" : "")
    return grid
  }
  /// Three significant digits.
  private static func short(_ value: Double) -> String {
    guard value > 0, value.isFinite else { return "\(value)" }
    let unit = Double.pow(10, Double.log10(value).rounded(.down) - 2)
    return "\(Float((value / unit).rounded() * unit))"
  }
}
