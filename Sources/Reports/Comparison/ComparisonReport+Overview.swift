import ProbabilityFlow
import Schedules
import Stability

extension ComparisonReport {
  /// All mixtures together.
  var overview: Section {
    guard comparison.means.contains(where: { $0.timesOracle != nil }) else {
      return Section(
        title: "All mixtures",
        blocks: [
          .prose(
            "There is no grid of rule optimal here to compare with, so the mixtures cannot be "
              + "summed up: see each of them.")
        ])
    }
    let measured = ranking.filter { rule in
      comparison.means.contains { $0.rule == rule && $0.timesOracle != nil }
    }
    return Section(
      title: "All mixtures",
      blocks: [
        .prose(
          "Times oracle: the relative mean squared error over that on the grid of rule "
            + "\(plan.oracle?.name ?? "") for the same sampler and number of steps, on the same "
            + "samples, which are not those that the oracle was optimised on. Below: geometric "
            + "means over mixtures and numbers of steps. A rule that serves only some cells is "
            + "averaged over those."),
        .figures([
          Figure(
            svg: ratioPlot(
              "Times oracle, geometric mean", rules: measured, names: plan.samplers.map { $0.name }
            ) { rule, sampler in mean(rule, sampler)?.timesOracle }.svg(),
            caption: "Logarithmic; 1 is the oracle. Standard errors are in the table.")
        ]), .table(meanTable),
      ])
  }

  private func mean(_ rule: String, _ sampler: String) -> RuleMean? {
    comparison.means.first { $0.rule == rule && $0.sampler == sampler }
  }

  private var meanTable: Table {
    let best = plan.samplers.map { sampler in
      comparison.means.first {
        $0.sampler == sampler.name && $0.timesOracle != nil && $0.rule != plan.oracle?.name
      }?.rule
    }
    return Table(
      caption: "Times oracle, geometric means",
      columns: [.init("rule", alignment: .text)]
        + plan.samplers.flatMap {
          [Table.Column($0.name, kind: .estimate), Table.Column("cells", note: $0.name)]
        },
      rows: ranking.map { rule in
        [Table.Cell(rule)]
          + zip(plan.samplers, best).flatMap { sampler, best in
            let mean = mean(rule, sampler.name)
            let value = mean?.timesOracle
            return [
              Table.Cell(
                NumberText.estimate(value),
                emphasis: value == nil ? .muted : rule == best ? .best : .none),
              Table.Cell(mean.map { "\($0.count) of \($0.outOf)" } ?? "—", emphasis: .muted),
            ]
          }
      })
  }

  /// A row for each rule with a point for each of `names`, the first rule on top.
  func ratioPlot(
    _ title: String, rules: [String], names: [String],
    _ value: (_ rule: String, _ name: String) -> Estimate?
  ) -> Plot {
    let colors: [PlotColor] = [.blue, .vermillion, .green, .purple, .orange, .sky]
    let rows = rules.indices.map(Double.init)
    let series = names.enumerated().map { i, name in
      Plot.Series.points(
        name, x: rules.map { value($0, name)?.value ?? .nan }, y: rows,
        color: colors[i % colors.count],
        marker: Plot.Series.Marker.allCases[i % Plot.Series.Marker.allCases.count])
    }
    return Plot(
      title: title, x: .init("times oracle", scale: .log10),
      y: .init("", scale: .categories(rules), isReversed: true),
      series: [.verticals(nil, at: [1], color: .ink)] + series,
      height: 110 + 20 * Double(rules.count))
  }
}
