import Arrays
import Mixtures
import ProbabilityFlow
import Stability

/// Optimal Stepsize Distillation with one schedule for all samples (Pei, Hu and Gu, 2025).
///
/// The published search makes a schedule for each image. Here the error that it minimises is the mean
/// over the request's samples.
public enum OSSRule: GridRule {
  public static let name = "oss"
  public static let summary =
    "OSS: greedy dynamic programme with the student's own states, mean error (Pei et al., 2025)"
  public static let family = GridFamily.optimised
  public static let parameters = ossParameters

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try ossGrid(request, for: self, .all)
  }
}

/// The median, step by step, of the schedules that OSS finds for each sample ("OSS-ave").
public enum OSSMedianRule: GridRule {
  public static let name = "oss-ave"
  public static let summary =
    "OSS: median of the schedules that it finds sample by sample (Pei et al., 2025)"
  public static let family = GridFamily.optimised
  public static let parameters = ossParameters

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try ossGrid(request, for: self, .none)
  }
}

private let ossParameters = [
  GridParameter("steps", 200, "steps of the teacher, uniform in the time of rectified flow")
]

private func ossGrid(
  _ request: GridRequest, for rule: any GridRule.Type, _ sharing: OptimalSteps.Sharing
) throws(ScheduleError) -> TimeGrid {
  try request.check(for: rule)
  let (n, steps, process) = (
    request.segments, request.value("steps", of: rule), request.flow.process
  )
  guard steps >= 1, steps <= 10_000, steps.rounded() == steps else {
    throw .badParameter(
      rule: rule.name, name: "steps", problem: "is \(steps); use a whole number from 1")
  }
  guard n <= Int(steps) else {
    throw .unusable(
      rule: rule.name, reason: "a teacher of \(Int(steps)) steps holds no \(n); set steps")
  }
  let first = rectifiedTime(process.noiseLevel(request.horizon))
  let last = rectifiedTime(process.noiseLevel(request.end))
  let times = (0...Int(steps)).map { last + (first - last) * Double($0) / steps }
  let start = Marginal(
    request.flow.mixture, alpha: 1 - first, sigmaSquared: first * first
  ).sample(request.samples, from: RandomStream(seed: request.seed).substream("oss"))
  let budget = TimeBudget(request)
  let search = OptimalSteps(request.flow.mixture, from: start, times: times)
  let found = search.paths(
    steps: n, sharing: sharing, progress: { request.progress?(Double($0) / Double(n), $1) },
    isSpent: { budget.isSpent })
  let path = completed(medianPath(found), to: n)
  let objective = search.error(along: path)
  request.progress?(1, objective)
  let rounds = found[0].count - 1
  var grid = try TimeGrid.atNoiseLevels(
    path.map { times[$0] / (1 - times[$0]) }, kind: .estimate, for: rule, request)
  grid.objective = objective
  // The teacher, one step from T, then a step from every inner point in each round, and the check.
  grid.evaluations = start.rows * (Int(steps) + 1 + (rounds - 1) * (Int(steps) - 1) + n)
  if rounds < n { grid.note = budget.note }
  return grid
}

/// u = σ̂/(1 + σ̂): the time at which rectified flow has a noise level.
private func rectifiedTime(_ level: Double) -> Double { level.isFinite ? level / (1 + level) : 1 }

/// The median of each entry; of an even number the mean of the middle two, rounded down, as published.
package func medianPath(_ paths: [[Int]]) -> [Int] {
  paths[0].indices.map { k in
    let sorted = paths.map { $0[k] }.sorted()
    return sorted.count == 1
      ? sorted[0] : (sorted[sorted.count / 2] + sorted[sorted.count / 2 - 1]) / 2
  }
}

/// A path of n steps: repeated points dropped, then the longest steps halved.
package func completed(_ path: [Int], to n: Int) -> [Int] {
  var path = path.reduce(into: [Int]()) { if $0.last != $1 { $0.append($1) } }
  while path.count < n + 1 {
    let lengths = zip(path, path.dropFirst()).map { $0 - $1 }
    guard let k = lengths.indices.max(by: { lengths[$0] < lengths[$1] }), lengths[k] > 1 else {
      preconditionFailure("no \(n) steps between \(path)")
    }
    path.insert(path[k] - lengths[k] / 2, at: k + 1)
  }
  return path
}
