import Mixtures
import ProbabilityFlow
import Schedules
import Stability

extension ComparisonReport {
  /// One mixture.
  func section(_ entry: CaseComparison) -> Section {
    let mixture = entry.subject.mixture
    let reference = entry.reference
    let errors = plan.samplers.map { sampler in
      Figure(
        svg: errorPlot(entry, sampler.name).svg(),
        caption: entry.cells.contains {
          $0.sampler == sampler.name && $0.measurement?.relativeError.value ?? 0 > 10
        }
          ? "Errors above 10 are off the drawing." : "")
    }
    let grids = Figure(
      svg: stripPlot(entry).svg(),
      caption: "Points of the grids, sampling from right to left; a last point at noise level 0 is "
        + "off the drawing.")
    return Section(
      title: entry.subject.name,
      blocks: [
        .prose(
          "\(mixture.componentCount) Gaussians in \(mixture.dimension) dimensions "
            + "(\(mixture.covariances.name) covariances). Exact samples have −log p = "
            + "\(NumberText.estimate(reference.negativeLogLikelihood)) nats on average, and two "
            + "independent sets of them a sliced Wasserstein distance of "
            + "\(NumberText.estimate(reference.wassersteinFloor)) from each other (estimates)."),
        // Of one height in each row.
        .figures(errors), .figures(ratioFigures(entry) + [grids]), .table(errorTable(entry)),
        .table(measureTable(entry)),
      ] + notes(entry))
  }

  private func notes(_ entry: CaseComparison) -> [Block] {
    let lines = entry.notes.map { "\($0)." }
    return lines.isEmpty ? [] : [.prose(lines.joined(separator: "\n\n"))]
  }

  /// Error against n, one line a rule; those without a colour of their own below the others.
  private func errorPlot(_ entry: CaseComparison, _ sampler: String) -> Plot {
    let numbers = plan.segments.sorted()
    let rules = ranking.filter { rule in
      numbers.contains { entry.cell(rule, sampler, $0)?.measurement != nil }
    }
    let rest = rules.filter { color($0) == .gray }
    var series = (rest + rules.filter { color($0) != .gray }).map { rule -> Plot.Series in
      let color = color(rule)
      return .line(
        color == .gray ? nil : rule, x: numbers.map(Double.init),
        y: numbers.map {
          entry.cell(rule, sampler, $0)?.measurement?.relativeError.value ?? .nan
        }, color: color, dash: color == .ink ? .dashed : .solid,
        marker: color == .gray ? nil : .circle)
    }
    // An entry for the legend alone, after those that matter more.
    if !rest.isEmpty { series.append(.line("others", x: [], y: [], color: .gray)) }
    let values = entry.cells.filter { $0.sampler == sampler }
      .compactMap { $0.measurement?.relativeError.value }.filter { $0 > 0 && $0.isFinite }
    let (least, greatest) = (values.min() ?? 1, min(values.max() ?? 1, 10))
    let room = numbers.count > 1 ? 1.08 : 1.5
    return Plot(
      title: "\(sampler) on \(entry.subject.name)",
      x: .init(
        "number of steps n", scale: .log10,
        range: Double(numbers[0]) / room...Double(numbers[numbers.count - 1]) * room,
        ticks: numbers.map(Double.init)),
      y: .init("relative MSE", scale: .log10, range: 0.7 * least...1.4 * max(greatest, least)),
      series: series)
  }

  /// Times oracle for each sampler with the most steps.
  private func ratioFigures(_ entry: CaseComparison) -> [Figure] {
    let n = plan.segments.max() ?? 1
    func ratio(_ rule: String, _ sampler: String) -> Estimate? {
      entry.cell(rule, sampler, n)?.timesOracle
    }
    let names = plan.samplers.map { $0.name }
    let rules = ranking.filter { rule in names.contains { ratio(rule, $0) != nil } }
    guard !rules.isEmpty else { return [] }
    return [
      Figure(
        svg: ratioPlot(
          "Times oracle on \(entry.subject.name), n = \(n)", rules: rules, names: names, ratio
        ).svg(), caption: "Logarithmic; 1 is the grid of rule \(plan.oracle?.name ?? "").")
    ]
  }

  /// Where the grids have their points: one row a rule, for the most steps.
  private func stripPlot(_ entry: CaseComparison) -> Plot {
    let n = plan.segments.max() ?? 1
    var rows: [(name: String, rule: String, levels: [Double])] = []
    for rule in ranking {
      let cells = entry.cells.filter { $0.rule == rule && $0.segments == n && $0.grid != nil }
      let differ = Set(cells.compactMap { $0.grid?.times }).count > 1
      for cell in differ ? cells : Array(cells.prefix(1)) {
        rows.append(
          (
            differ ? "\(rule), \(cell.sampler)" : rule, rule,
            (cell.grid?.times ?? []).map(plan.process.noiseLevel)
          ))
      }
    }
    return Plot(
      title: "Grids of \(n) steps on \(entry.subject.name)",
      x: .init("noise level σ/α", scale: .log10),
      y: .init("", scale: .categories(rows.map(\.name)), isReversed: true),
      series: rows.enumerated().map { i, row in
        .points(
          nil, x: row.levels, y: Array(repeating: Double(i), count: row.levels.count),
          color: color(row.rule))
      }, showsLegend: false, height: 90 + 20 * Double(rows.count))
  }

  private func errorTable(_ entry: CaseComparison) -> Table {
    let columns = plan.samplers.flatMap { s in plan.segments.map { (sampler: s.name, n: $0) } }
    let best = columns.map { column in
      entry.cells.filter {
        $0.sampler == column.sampler && $0.segments == column.n && $0.rule != plan.oracle?.name
      }.compactMap { $0.measurement?.relativeError.value }.min()
    }
    return Table(
      caption: "Relative mean squared error on \(entry.subject.name)",
      columns: [.init("rule", alignment: .text)]
        + columns.map { .init("n = \($0.n)", kind: .estimate, note: $0.sampler) },
      rows: ranking.map { rule in
        [Table.Cell(rule)]
          + zip(columns, best).map { column, best in
            let error = entry.cell(rule, column.sampler, column.n)?.measurement?.relativeError
            return Table.Cell(
              NumberText.estimate(error),
              emphasis: error == nil ? .muted : error?.value == best ? .best : .none)
          }
      })
  }

  /// The other measures, for the most steps.
  private func measureTable(_ entry: CaseComparison) -> Table {
    let n = plan.segments.max() ?? 1
    return Table(
      caption: "Other measures on \(entry.subject.name), n = \(n)",
      columns: [
        .init("sampler", alignment: .text), .init("rule", alignment: .text),
        .init("times oracle", kind: .estimate), .init("sliced W2", kind: .estimate),
        .init("energy distance", kind: .estimate),
        .init("excess −log p", kind: .estimate, note: "nats"),
        .init("cost", note: "evaluations, seconds"),
      ],
      rows: plan.samplers.flatMap { sampler in
        ranking.compactMap { rule -> [Table.Cell]? in
          guard let cell = entry.cell(rule, sampler.name, n), let m = cell.measurement else {
            return nil
          }
          let seconds = NumberText.significant(cell.constructionSeconds, digits: 2)
          return [
            .init(sampler.name), .init(rule), .init(NumberText.estimate(cell.timesOracle)),
            .init(NumberText.estimate(m.slicedWasserstein)),
            .init(NumberText.estimate(m.energyDistance)),
            .init(NumberText.estimate(m.excessNegativeLogLikelihood)),
            .init("\(NumberText.count(cell.grid?.evaluations ?? 0)), \(seconds) s"),
          ]
        }
      })
  }
}
