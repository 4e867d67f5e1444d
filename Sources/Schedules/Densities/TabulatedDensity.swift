import Mixtures
import ProbabilityFlow
import Stability

/// A time at which a density is measured: the middle of a cell of its table.
struct NoiseCell: Sendable {
  /// The time t.
  let time: Double
  /// The noise level σ̂ = σ/α, always finite and positive.
  let level: Double
  /// dt/dq.
  let timeRate: Double
  /// dσ̂/dq.
  let levelRate: Double
}

/// A non-negative density over [end, T], tabulated on cells of equal length in `NoiseCoordinate`.
///
/// Each cell carries its value in the middle, so the running integral never falls whatever noise the
/// values have, and the ends σ̂ = 0 and σ̂ = ∞ are never touched. The error is of second order in the
/// length of a cell, a tenth of log σ̂ or less.
struct TabulatedDensity: Sendable {
  private let coordinate: NoiseCoordinate
  private let first: Double
  private let length: Double
  /// The running integral at the edges of the cells, normalised to end at 1; zeros for a density of 0.
  private let sums: [Double]

  /// Cells that follow every density of a mixture closely.
  static let usualCells = 128

  /// The middles of cells that cover the times from `end` to `start`, ascending.
  static func cells(
    _ flow: ProbabilityFlow, from start: Double, to end: Double, count: Int = usualCells
  ) -> [NoiseCell] {
    let coordinate = NoiseCoordinate(flow)
    let (first, last) = (coordinate(end), coordinate(start))
    return (0..<count).map { i in
      let q = first + (last - first) * (Double(i) + 0.5) / Double(count)
      let time = coordinate.time(at: q)
      let level = flow.process.noiseLevel(time)
      return NoiseCell(
        time: time, level: level, timeRate: coordinate.timeRate(time),
        levelRate: coordinate.levelRate(level))
    }
  }

  /// A density whose values per unit of q are those on the cells from `end` to `start`, and 0
  /// elsewhere.
  ///
  /// - Throws: `.badProfile` if a value is negative or not finite.
  init(
    _ values: [Double], _ flow: ProbabilityFlow, from start: Double, to end: Double
  ) throws(ScheduleError) {
    coordinate = NoiseCoordinate(flow)
    first = coordinate(end)
    length = (coordinate(start) - first) / Double(values.count)
    var sums = [0.0]
    for value in values {
      guard value >= 0, value.isFinite else {
        throw .badProfile(problem: "has the value \(value); densities are non-negative numbers")
      }
      sums.append(sums[sums.count - 1] + value)
    }
    let total = sums[values.count]
    self.sums = total > 0 ? sums.map { $0 / total } : sums
  }

  /// The running integral up to t.
  func cumulative(_ t: Double) -> Double {
    let position = (coordinate(t) - first) / length
    let cell = min(max(0, Int(position)), sums.count - 2)
    let share = min(max(0, position - Double(cell)), 1)
    return sums[cell] + share * (sums[cell + 1] - sums[cell])
  }
}
