import Distillation
public import ProbabilityFlow
import Schedules
import ScoreMatching
import Stability

extension RunReport {
  /// Measures the flow on `count` samples and trajectories, for the page to show beside the bounds.
  ///
  /// - Throws: `FlowError` if a trajectory cannot be followed.
  public mutating func measure(samples count: Int) throws(FlowError) {
    if let learned = plan.distilled.learned {
      profile = try learned.stabilityProfile(samples: count, seed: plan.seed)
    } else {
      measured = try MeasuredStability(flow, times: [], samples: count, seed: plan.seed)
    }
  }

  /// The certificates, what was measured beside them, and where the grids put their points.
  var stability: Section {
    if plan.learned != nil { return learnedStability }
    let grids = runs.enumerated().map { i, run in
      StabilityFigures.Grid(
        name: run.name, rule: run.plan.grid.rule, times: run.plan.grid.times, color: color(i))
    }
    let figures = StabilityFigures(flow, state: .native, grids: grids, measured: measured)
    return Section(title: "Stability and grids", blocks: figures.blocks + [.table(times)])
  }

  /// What was measured of a learned flow, which has no certificates.
  private var learnedStability: Section {
    let title = "Stability and grids"
    guard let profile else { return Section(title: title, blocks: [.table(times)]) }
    let plot = Plot(
      title: "Measured stability of the learned flow", x: .init("t"),
      y: .init("√E‖∇v u‖²", scale: .log10),
      series: [
        .line(
          "measured", x: Array(profile.times.dropFirst()),
          y: profile.rates.dropFirst().map(\.value))
      ])
    return Section(
      title: title,
      blocks: [
        .figures([
          Figure(
            svg: plot.svg(),
            caption: "Jacobian-vector products of the network in random directions u along its "
              + "trajectories, in the process's own state: an estimate. A learned field has no "
              + "certificates.")
        ]), .table(times),
      ])
  }

  private var times: Table {
    let longest = runs.map(\.plan.grid.times.count).max() ?? 0
    return Table(
      caption: "Times of the grids",
      columns: [.init("k")] + runs.map { Table.Column($0.name) },
      rows: (0..<longest).map { k in
        [Table.Cell("\(k)")]
          + runs.map { run in
            let times = run.plan.grid.times
            return k < times.count
              ? Table.Cell(NumberText.significant(times[k], digits: 6))
              : Table.Cell("—", emphasis: .muted)
          }
      })
  }
}
