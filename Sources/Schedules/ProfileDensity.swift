public import Formats
import Mixtures
import ProbabilityFlow
import Stability

/// A user's rate of change over time, given at points and linear between them.
///
/// Its grid carries equal parts of ∫ rate dt, by the trapezoidal rule, which is exact for such a rate.
/// The mixture plays no part.
public struct ProfileDensity: Sendable {
  /// Times, ascending.
  private let times: [Double]
  /// Shares of the largest rate.
  private let rates: [Double]
  /// The integral up to each time, as a share of the whole; zeros if the rate is 0 throughout.
  private let shares: [Double]

  /// The profile of a table with the columns `t` and `rate`.
  ///
  /// - Throws: `FormatError` that names the row in which a time does not ascend or a rate is negative,
  ///   and for missing columns or fewer than two rows.
  public init(_ table: CSV.Table, path: String) throws(FormatError) {
    guard let times = table.column("t"), let rates = table.column("rate") else {
      throw .malformed(
        path: path, location: nil, problem: "has no columns t and rate",
        advice: "begin with the line t,rate")
    }
    guard times.count >= 2 else {
      throw .malformed(
        path: path, location: nil, problem: "has \(times.count) row of numbers",
        advice: "give at least two")
    }
    for (i, (t, rate)) in zip(times, rates).enumerated() {
      // The header is row 1.
      if rate < 0 {
        throw .malformed(
          path: path, location: "row \(i + 2)", problem: "the rate is \(rate)",
          advice: "use rates of at least 0")
      }
      if t < 0 || (i > 0 && t <= times[i - 1]) {
        throw .malformed(
          path: path, location: "row \(i + 2)", problem: "the time \(t) does not ascend",
          advice: "list times from 0 to the horizon")
      }
    }
    self.init(times: times, rates: rates)
  }

  /// The profile of rates of at least 0 at two or more ascending times.
  public init(times: [Double], rates: [Double]) {
    precondition(
      times.count >= 2 && times.count == rates.count, "\(times.count) times of a profile")
    // Shares of the largest rate, so that no sum overflows.
    let largest = rates.reduce(0, max)
    self.times = times
    self.rates = largest > 0 ? rates.map { $0 / largest } : rates
    var sum = 0.0
    var sums = [0.0]
    for i in 1..<times.count {
      sum += 0.5 * (self.rates[i - 1] + self.rates[i]) * (times[i] - times[i - 1])
      sums.append(sum)
    }
    shares = sum > 0 ? sums.map { $0 / sum } : sums
  }

  /// Reads a profile from a CSV file.
  public init(contentsOf path: String) throws(FormatError) {
    try self.init(CSV.read(path), path: path)
  }

  /// The share of the whole integral below a time; the profile ends where its table does.
  func share(below t: Double) -> Double {
    var (low, high) = (0, times.count - 1)
    if t <= times[0] { return 0 }
    if t >= times[high] { return shares[high] }
    while high - low > 1 {
      let middle = (low + high) / 2
      if times[middle] <= t { low = middle } else { high = middle }
    }
    // Inside a cell the integral is quadratic.
    let u = (t - times[low]) / (times[high] - times[low])
    let total = rates[low] + rates[high]
    let part = total > 0 ? u * (2 * rates[low] + u * (rates[high] - rates[low])) / total : 0
    return shares[low] + part * (shares[high] - shares[low])
  }

  /// The grid of n segments for a process.
  ///
  /// - Throws: `.badProfile` if the table does not cover the times of the grid.
  public func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try request.check(for: ProfileRule.self)
    guard times[0] <= request.end, times[times.count - 1] >= request.horizon else {
      throw .badProfile(
        problem: "covers t from \(times[0]) to \(times[times.count - 1]); the grid needs "
          + "\(request.end) to \(request.horizon)")
    }
    return try .equalPartition(
      of: CumulativeDensity(kind: .estimate, share), for: ProfileRule.self, request)
  }
}

/// The name of grids made from a user's profile; no rule of the list, because it needs the profile.
private enum ProfileRule: GridRule {
  static let name = "profile"
  static let summary = "equal steps in the integral of a user's rate"
  static let family = GridFamily.density

  static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    throw .unusable(rule: name, reason: "needs a profile")
  }
}
