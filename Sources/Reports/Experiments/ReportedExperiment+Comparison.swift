import Experiments
import Stability

extension ReportedExperiment {
  /// Our numbers of the published kind, beside the published ones.
  var comparisons: [PublishedComparison] {
    PublishedComparison.all(groups, of: plan.experiment)
  }

  /// The choices that the published tables have.
  private var choices: [String] { plan.experiment.published.first?.keys.map(\.name) ?? [] }

  /// All our numbers beside the published ones.
  var comparisonTable: Table {
    let hasConstants = groups.contains { $0.statistics("lipschitz") != nil }
    var columns = choices.map { Table.Column(ChoiceText.name($0), alignment: isNumber($0)) }
    columns += [
      .init(
        "ours", kind: .estimate,
        note: hasTwoErrors ? "against the published teacher" : "relative MSE")
    ]
    if hasTwoErrors { columns.append(.init("ours, true", kind: .estimate, note: "exact flow map")) }
    columns += [
      .init("seeds"), .init("published", kind: .estimate, note: "ten seeds"),
      .init("ratio", kind: .estimate, note: "ours / published"),
      .init("difference", kind: .estimate, note: "published deviations"),
    ]
    if hasConstants {
      columns.append(.init("Lip of student ≤", kind: .certificate, note: "largest of the seeds"))
    }
    return Table(
      caption: "Ours and published", columns: columns,
      rows: comparisons.map { row($0, hasConstants: hasConstants) })
  }

  private func row(_ comparison: PublishedComparison, hasConstants: Bool) -> [Table.Cell] {
    let group = comparison.group
    var cells = choices.map { Table.Cell(group[$0]) }
    cells.append(Table.Cell(spread(group, group.errorName)))
    if hasTwoErrors {
      cells.append(dash(group.trueError.map { _ in spread(group, "relative_mse") }))
    }
    cells.append(Table.Cell("\(comparison.ours.count)", emphasis: .muted))
    cells.append(
      dash(
        comparison.published.map { NumberText.estimate($0.mean, standardError: $0.deviation) }))
    cells.append(dash(comparison.ratio.map { NumberText.significant($0) }))
    cells.append(dash(comparison.deviations.map { NumberText.signed($0) }))
    if hasConstants {
      let constants = group.results.compactMap { $0.measured("lipschitz")?.value }
      cells.append(dash(constants.max().map { NumberText.significant($0) }))
    }
    return cells
  }

  /// A measurement with its deviation over seeds, or with its own error if there is one seed.
  func spread(_ group: ResultGroup, _ name: String) -> String {
    guard let statistics = group.statistics(name) else { return "—" }
    return statistics.count > 1
      ? NumberText.estimate(statistics.mean, standardError: statistics.deviation)
      : NumberText.estimate(group.estimate(name))
  }

  private func isNumber(_ choice: String) -> Table.Alignment {
    ["arch", "grid"].contains(choice) ? .text : .number
  }

  func dash(_ text: String?) -> Table.Cell {
    text.map { Table.Cell($0) } ?? Table.Cell("—", emphasis: .muted)
  }
}

/// Choices as readers know them.
enum ChoiceText {
  static func name(_ choice: String) -> String {
    switch choice {
    case "sigma0": "σ₀"
    case "t": "t/T"
    case "n_blocks": "blocks"
    case "arch": "architecture"
    default: choice
    }
  }
}

extension NumberText {
  /// A number with its sign, without digits that say nothing.
  static func signed(_ value: Double) -> String {
    let text =
      abs(value) < 100 ? fixed(value, decimals: 1) : significant(value, digits: 3)
    return value > 0 ? "+\(text)" : text
  }
}
