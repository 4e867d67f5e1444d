public import Mixtures

/// Whether a number is proved or measured.
public enum Kind: String, Sendable, Equatable {
  /// Proved: for all x, in expectation, or with a stated probability.
  case certificate
  /// Measured or fitted, with an error of its own.
  case estimate
}

/// A grid of times in sampling order, T = t_0 > t_1 > … > t_n = 0, and where it comes from.
public struct TimeGrid: Sendable {
  /// The name of the rule that made it.
  public let rule: String
  /// The process whose time it counts.
  public let process: any ForwardProcess
  /// The n + 1 times, descending.
  public let times: [Double]
  /// Whether the density behind the rule is proved or estimated.
  public let kind: Kind
  /// What a user should know about this grid, if anything.
  public let note: String?

  /// The number of segments n.
  public var segmentCount: Int { times.count - 1 }

  /// The segments (from, to) in sampling order.
  public var segments: [(from: Double, to: Double)] {
    zip(times, times.dropFirst()).map { (from: $0, to: $1) }
  }

  /// A grid of given times.
  ///
  /// - Precondition: the times descend strictly from the horizon to 0.
  public init(
    rule: String, process: any ForwardProcess, times: [Double], kind: Kind, note: String? = nil
  ) {
    precondition(
      times.count >= 2 && zip(times, times.dropFirst()).allSatisfy { $0 > $1 }
        && times.first == process.horizon && times.last == 0,
      "times \(times) do not descend from \(process.horizon) to 0")
    self.rule = rule
    self.process = process
    self.times = times
    self.kind = kind
    self.note = note
  }
}

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
  /// The grid whose segments carry equal parts of a cumulative density P:
  /// P(t_k) − P(0) = (1 − k/n)(P(T) − P(0)).
  ///
  /// Where P is constant the grid is uniform and its note says so.
  /// - Throws: `StabilityError.noSegments` if `n` < 1; `.badProfile` if P does not separate the times.
  public static func equalPartition(
    of density: CumulativeDensity, segments n: Int, rule: String, process: any ForwardProcess
  ) throws(StabilityError) -> TimeGrid {
    guard n >= 1 else { throw .noSegments(n) }
    let horizon = process.horizon
    let start = density.value(0)
    let total = density.value(horizon) - start
    // Below this the density is rounding noise of sums like α²σ_0² + σ².
    guard total > 1e-12 else {
      return TimeGrid(
        rule: rule, process: process, times: uniformTimes(n, horizon: horizon), kind: density.kind,
        note: "the rate vanishes identically, so the grid is uniform")
    }
    var times = [horizon]
    for k in 1..<max(n, 1) {
      let target = start + (1 - Double(k) / Double(n)) * total
      times.append(bisect(density.value, target, 0, times[k - 1]))
    }
    times.append(0)
    guard zip(times, times.dropFirst()).allSatisfy({ $0 > $1 }) else {
      throw .badProfile(problem: "does not separate \(n) segments")
    }
    return TimeGrid(rule: rule, process: process, times: times, kind: density.kind)
  }

  /// n + 1 uniform times from the horizon to 0.
  static func uniformTimes(_ n: Int, horizon: Double) -> [Double] {
    // The quotient first: T·n/n need not be T, and a grid begins at T exactly.
    (0...n).map { horizon * (Double(n - $0) / Double(n)) }
  }
}

/// The point of [a, b] where the non-decreasing f reaches `target`, to the last bit.
func bisect(
  _ f: (Double) -> Double, _ target: Double, _ a: Double, _ b: Double
) -> Double {
  var (low, high) = (a, b)
  while true {
    let middle = 0.5 * (low + high)
    if middle <= low || middle >= high { return middle }
    if f(middle) < target { low = middle } else { high = middle }
  }
}
