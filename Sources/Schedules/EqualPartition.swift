import ProbabilityFlow
public import Stability

/// A cumulative density over [0, T] to be cut into equal parts.
public struct CumulativeDensity: Sendable {
  /// The non-decreasing function of t.
  public let value: @Sendable (Double) -> Double
  /// Whether it is proved or estimated.
  public let kind: Kind

  /// A density given by its running integral.
  public init(kind: Kind, _ value: @escaping @Sendable (Double) -> Double) {
    self.kind = kind
    self.value = value
  }
}

extension TimeGrid {
  /// The grid whose segments carry equal parts of a cumulative density P between the end e and T:
  /// P(t_k) − P(e) = (1 − k/n)(P(T) − P(e)).
  ///
  /// The one engine of all rules that have a density. Where P is constant the grid is uniform and its
  /// note says so.
  /// - Throws: what `GridRequest.check` does; `.badProfile` if P does not separate the times.
  public static func equalPartition(
    of density: CumulativeDensity, for rule: any GridRule.Type, _ request: GridRequest
  ) throws(ScheduleError) -> TimeGrid {
    try request.check(for: rule)
    let (n, process) = (request.segments, request.flow.process)
    let start = density.value(request.end)
    let total = density.value(request.horizon) - start
    // Below this the density is rounding noise of sums like α²σ_0² + σ².
    guard total > 1e-12 else {
      return TimeGrid(
        rule: rule.name, process: process,
        times: uniformTimes(n, from: request.horizon, to: request.end), kind: density.kind,
        note: "the rate vanishes identically, so the grid is uniform")
    }
    var times = [request.horizon]
    for k in 1..<max(n, 1) {
      let target = start + (1 - Double(k) / Double(n)) * total
      times.append(bisect(density.value, target, request.end, times[k - 1]))
    }
    times.append(request.end)
    guard zip(times, times.dropFirst()).allSatisfy({ $0 > $1 }) else {
      throw .badProfile(problem: "does not separate \(n) segments")
    }
    return TimeGrid(rule: rule.name, process: process, times: times, kind: density.kind)
  }
}
