import Mixtures
import ProbabilityFlow
import Stability

/// A rule that cuts a density measured on draws of the flow's laws.
protocol MeasuredDensityRule: GridRule {
  /// Cells of the density's table.
  static var cells: Int { get }
  /// The noise levels between which the density counts, for those that are not integrable beyond.
  static func levels(_ request: GridRequest) throws(ScheduleError) -> ClosedRange<Double>
  /// The density per unit of the table's coordinate.
  static func density(
    _ cell: NoiseCell, _ draws: LevelDraws, _ request: GridRequest
  ) throws(ScheduleError) -> Double
}

extension MeasuredDensityRule {
  public static var family: GridFamily { .density }
  static var cells: Int { TabulatedDensity.usualCells }
  static func levels(_ request: GridRequest) throws(ScheduleError) -> ClosedRange<Double> {
    0...Double.infinity
  }

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try request.check(for: self)
    let draws = try LevelDraws(request, for: self)
    let (flow, levels) = (request.flow, try levels(request))
    let last = max(request.end, flow.process.time(atNoiseLevel: levels.lowerBound) ?? 0)
    let first = flow.process.time(atNoiseLevel: levels.upperBound) ?? request.horizon
    guard first > last, levels.lowerBound < flow.process.noiseLevel(request.horizon) else {
      throw .unusable(rule: name, reason: "none of its noise levels is among those of the grid")
    }
    var values: [Double] = []
    for cell in TabulatedDensity.cells(flow, from: first, to: last, count: cells) {
      values.append(try density(cell, draws, request))
    }
    let density = try TabulatedDensity(values, flow, from: first, to: last)
    var grid = try TimeGrid.equalPartition(
      of: CumulativeDensity(kind: .estimate) { density.cumulative($0) }, for: self, request)
    grid.evaluations = cells * draws.count
    return grid
  }
}
