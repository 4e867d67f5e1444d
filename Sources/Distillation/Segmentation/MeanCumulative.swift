import ProbabilityFlow
import Schedules

/// The mean of the cumulative functions that grid rules cut into equal parts.
///
/// A rule's fine grid of M segments is its cumulative function: k/M of it lies before t_k.
struct MeanCumulative: Sendable {
  /// Times from T down to 0, and the part of the whole that lies before each.
  private let nodes: [(time: Double, part: Double)]
  private let last: Double

  /// The segments of a fine grid.
  private static let resolution = 256

  /// The mean over those rules that have a grid for the flow.
  ///
  /// - Throws: the last rule's error if none has one.
  init(of rules: [any GridRule.Type], _ flow: ProbabilityFlow) throws(ScheduleError) {
    var tables: [[Double]] = []
    var failure: ScheduleError?
    for rule in rules {
      do {
        tables.append(try rule.grid(for: flow, segments: Self.resolution).times)
      } catch { failure = error }
    }
    if tables.isEmpty, let failure { throw failure }
    self.init(tables)
  }

  /// That of one profile.
  ///
  /// - Throws: `ScheduleError` if its rate is 0 throughout.
  init(of profile: ProfileDensity, _ flow: ProbabilityFlow) throws(ScheduleError) {
    self.init([try profile.grid(GridRequest(flow, segments: Self.resolution)).times])
  }

  private init(_ tables: [[Double]]) {
    let times = Set(tables.joined()).sorted(by: >)
    var places = tables.map { _ in 0 }
    nodes = times.map { t in
      var sum = 0.0
      for (r, table) in tables.enumerated() {
        while places[r] + 1 < table.count - 1, table[places[r] + 1] >= t { places[r] += 1 }
        let (a, b) = (table[places[r]], table[places[r] + 1])
        sum += (Double(places[r]) + min(1, max(0, (a - t) / (a - b)))) / Double(table.count - 1)
      }
      return (t, sum / Double(tables.count))
    }
    last = times[times.count - 1]
  }

  /// The n + 1 times that cut it into equal parts.
  func times(_ n: Int) -> [Double] {
    var result = [nodes[0].time]
    var k = 1
    for i in 1..<max(n, 1) {
      let part = Double(i) / Double(n)
      while nodes[k].part < part { k += 1 }
      let (a, b) = (nodes[k - 1], nodes[k])
      let share = b.part > a.part ? (part - a.part) / (b.part - a.part) : 1
      result.append(a.time + share * (b.time - a.time))
    }
    return result + [last]
  }
}
