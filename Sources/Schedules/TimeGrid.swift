public import Mixtures
public import Stability

/// A grid of times in sampling order, T = t_0 > t_1 > … > t_n ≥ 0, and where it comes from.
///
/// It ends at 0 unless a sampler is to stop at a small noise level, as EDM's do at σ_min.
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
  public var note: String?
  /// The sampler that it was optimised for, if any.
  public var sampler: String?
  /// Evaluations of the velocity that its construction took, over all samples.
  public var evaluations = 0
  /// The value of the objective that the rule minimised, if it did.
  public var objective: Double?

  /// The number of segments n.
  public var segmentCount: Int { times.count - 1 }

  /// The last time.
  public var end: Double { times[times.count - 1] }

  /// The segments (from, to) in sampling order.
  public var segments: [(from: Double, to: Double)] {
    zip(times, times.dropFirst()).map { (from: $0, to: $1) }
  }

  /// A grid of given times.
  ///
  /// - Precondition: the times descend strictly from the horizon and none is negative.
  public init(
    rule: String, process: any ForwardProcess, times: [Double], kind: Kind, note: String? = nil
  ) {
    precondition(
      TimeGrid.isGrid(times, process), "times \(times) do not descend from \(process.horizon)")
    self.rule = rule
    self.process = process
    self.times = times
    self.kind = kind
    self.note = note
  }

  /// Whether the times descend strictly from the horizon and none is negative.
  static func isGrid(_ times: [Double], _ process: any ForwardProcess) -> Bool {
    guard let last = times.last, times.count >= 2 else { return false }
    return zip(times, times.dropFirst()).allSatisfy { $0 > $1 } && times[0] == process.horizon
      && last >= 0
  }

  /// n + 1 uniform times.
  static func uniformTimes(_ n: Int, from start: Double, to end: Double) -> [Double] {
    // The quotient first: T·n/n need not be T, and a grid begins and ends exactly.
    (0...n).map { k in
      let share = Double(n - k) / Double(n)
      return k == n ? end : end == 0 ? start * share : k == 0 ? start : end + (start - end) * share
    }
  }
}
