import Distillation
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import Stability

extension RunReport {
  /// The certificates, and where the grids put their points.
  var stability: Section {
    var blocks: [Block] = []
    let bound = StabilityBound(flow)
    if let reason = bound.reason {
      blocks.append(.prose("No bound on the stability: \(reason)."))
      blocks += measuredBlocks(nil, nil)
    } else {
      let information = InformationCertificate(flow)
      blocks += certified(bound, information) + measuredBlocks(bound, information)
    }
    blocks.append(.table(times))
    return Section(title: "Stability and grids", blocks: blocks)
  }

  private func certified(
    _ bound: StabilityBound, _ information: InformationCertificate
  ) -> [Block] {
    let horizon = flow.process.horizon
    let times = logarithmicTimes(240)
    let rugs = runs.enumerated().map { i, run in
      Plot.Series.rug("\(run.name) grid", at: run.plan.grid.times, color: color(i))
    }
    func onCurve(_ f: (Double) -> Double) -> [Plot.Series] {
      runs.enumerated().map { i, run in
        .points(
          "\(run.name) grid", x: run.plan.grid.times, y: run.plan.grid.times.map(f),
          color: color(i), marker: Plot.Series.Marker.allCases[i % 5])
      }
    }
    let x = Plot.Axis("time t (data to the left)", scale: .log10, range: timeRange)
    let rate = Plot(
      title: "Worst-case stability L(t)",
      description: "The certified two-sided Lipschitz bound of the velocity.", x: x,
      y: .init("L(t)", scale: .log10),
      series: [
        .line("two-sided bound", x: times, y: times.map { bound.twoSided($0) }, color: .ink)
      ] + rugs)
    let cumulative = Plot(
      title: "Cumulative stability A(t) = ∫L", x: x, y: .init("A(t)"),
      series: [.line("A(t)", x: times, y: times.map { bound.cumulative($0) }, color: .ink)]
        + onCurve { bound.cumulative($0) })
    let profile = Plot(
      title: "Information about the mode still to be chosen", x: x, y: .init("nats"),
      series: [
        .line("upper bound", x: times, y: times.map { information.profile($0) }, color: .ink)
      ] + onCurve { information.profile($0) })
    let typical = information.typicalLogAmplification
    return [
      .tiles([
        Tile(
          label: "Typical amplification E log ‖DΦ‖ at most",
          value: NumberText.significant(typical),
          detail: "a factor of \(NumberText.significant(.exp(typical)))", kind: .certificate),
        Tile(
          label: "Cumulative stability A(T)",
          value: NumberText.significant(bound.cumulative(horizon), digits: 5),
          detail: "two-sided, worst case", kind: .certificate),
        Tile(
          label: "Lipschitz constant of the flow at most",
          value: NumberText.significant(.exp(bound.logAmplification(from: horizon, to: 0))),
          detail: "one-sided, worst case", kind: .certificate),
      ]),
      .prose(
        "State variables: the process's own x. The bounds of L(t) and A(t) hold for every point of "
          + "space; the information bounds what happens to a typical sample, and is often far "
          + "smaller. All curves are certificates."),
      .figures([
        Figure(
          svg: rate.svg(), caption: "Ticks under the axis are the points of the grids."),
        Figure(
          svg: cumulative.svg(),
          caption: "The stability grid takes equal steps up this curve."),
        Figure(
          svg: profile.svg(),
          caption: "It rises where modes split; the information grid takes equal steps up it."),
      ]),
    ]
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
