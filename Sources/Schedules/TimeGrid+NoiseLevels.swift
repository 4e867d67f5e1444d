import Mixtures
import ProbabilityFlow
import Stability

extension TimeGrid {
  /// The grid at given noise levels σ̂ = σ/α, descending, one for each of the n + 1 times.
  ///
  /// The first and the last become the horizon and the request's end to the last bit, whatever rounding
  /// their levels have; levels at those ends may be infinite and 0.
  /// - Throws: what `GridRequest.check` does; `.unusable` if a level lies outside the process's or two
  ///   times coincide.
  static func atNoiseLevels(
    _ levels: [Double], kind: Kind = .certificate, for rule: any GridRule.Type,
    _ request: GridRequest
  ) throws(ScheduleError) -> TimeGrid {
    try request.check(for: rule)
    let (n, process) = (request.segments, request.flow.process)
    precondition(levels.count == n + 1, "\(levels.count) levels for \(n) segments")
    var times = [request.horizon]
    for level in levels.dropFirst().dropLast() {
      guard let time = process.time(atNoiseLevel: level) else {
        throw .unusable(
          rule: rule.name, reason: "noise level \(level) is outside those of \(process.name)")
      }
      times.append(time)
    }
    times.append(request.end)
    guard zip(times, times.dropFirst()).allSatisfy({ $0 > $1 }) else {
      throw .unusable(
        rule: rule.name,
        reason: "two of its \(n + 1) times coincide or lie beyond an end; ask for fewer segments")
    }
    return TimeGrid(rule: rule.name, process: process, times: times, kind: kind)
  }
}
