import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import Stability

/// Adjoint-weighted sharpness: equal parts of √E‖DΦ_{end←σ̂} a‖, a = d²x̂/dσ̂² in the variables of EDM.
///
/// A step h of Euler's method there errs by ½h²a, which the flow carries to the end by DΦ; the sum of the
/// carried errors is least where √E‖DΦ a‖ h is equal in all steps (the classical argument of adjoint-weighted
/// local errors; no publication for diffusion was found). a = −(dD/dσ̂)/σ̂ is exact, DΦ comes from one
/// backward sweep (`AdjointPath`). On N(0, c²I) the grid is the equal angles of arctan(σ̂/c).
public enum AdjointRule: GridRule {
  public static let name = "adjoint"
  public static let summary =
    "equal steps in Euler's local error as the flow carries it to the end (derived)"
  public static let family = GridFamily.density

  /// Cells of the table: trajectories cost more than draws.
  static let cells = 64

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try request.check(for: self)
    guard request.samples >= 1 else {
      throw .unusable(rule: name, reason: "it measures on samples; ask for at least 1")
    }
    let (flow, process) = (request.flow, request.flow.process)
    let cells = TabulatedDensity.cells(
      flow, from: request.horizon, to: request.end, count: cells)
    let path = try AdjointPath(
      flow, along: [request.horizon] + cells.reversed().map(\.time) + [request.end],
      count: request.samples, seed: request.seed)
    let values = cells.indices.map { i -> Double in
      let (cell, place) = (cells[i], cells.count - i)
      let alpha = process.alpha(cell.time)
      var states = path.states[place]
      for j in states.elements.indices { states.elements[j] /= alpha }
      let rate = EDMField.denoiserRate(flow.mixture, states, cell.level)
      let effects = path.squaredEffects(of: rate, at: place)
      let mean = effects.reduce(0) { $0 + $1.squareRoot() } / Double(effects.count)
      // The covectors are for x = αx̂.
      return (alpha * mean / cell.level).squareRoot() * cell.levelRate
    }
    let density = try TabulatedDensity(values, flow, from: request.horizon, to: request.end)
    var grid = try TimeGrid.equalPartition(
      of: CumulativeDensity(kind: .estimate) { density.cumulative($0) }, for: self, request)
    grid.evaluations = path.evaluations + cells.count * request.samples
    return grid
  }
}
