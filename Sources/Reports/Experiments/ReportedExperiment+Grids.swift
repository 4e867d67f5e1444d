import Distillation
import Experiments
import Mixtures
import Schedules
import Stability

extension ReportedExperiment {
  var reductions: [GridReduction] { GridReduction.all(groups) }

  var gridFigures: [Figure] {
    figures(
      "End-to-end error by number of segments",
      ExperimentCurves(
        key: "grid", x: "n", groups: groups.filter(\.isPublishedKind),
        published: plan.experiment.published, label: { $0 }),
      x: .init("segments n", scale: .log10, ticks: [4, 8, 16]))
  }

  var gridStatements: [String] {
    var texts = reductions.map { reduction in
      let verdict =
        switch Trend.Direction(from: reduction.uniform, to: reduction.balanced) {
        case .falls: "the balanced grid wins"
        case .rises: "the uniform grid wins"
        case .level: "neither grid wins by two standard errors"
        }
      return "At n = \(reduction.segments) \(verdict): the balanced grid changes the error by "
        + "\(change(reduction.reduction))"
        + (reduction.published.map { ", in the published table by \(change($0))." } ?? ".")
    }
    if let deviation = alphaSquaredDeviation {
      texts.append(
        "The α² of the balanced grid's points here are equally spaced to within "
          + "\(NumberText.significant(deviation, digits: 2)) of their spacing.")
    }
    return texts + baselineStatements
  }

  /// The change that a reduction is.
  private func change(_ reduction: Estimate) -> String {
    let value = -reduction.value
    let decimals = reduction.standardError < 5e-4 ? 3 : 1
    return (value > 0 ? "+" : "") + NumberText.percent(value, decimals: decimals) + " ± "
      + NumberText.percent(reduction.standardError, decimals: decimals)
  }

  /// The largest departure of α² on the balanced grids from equal spacing, in spacings.
  private var alphaSquaredDeviation: Double? {
    plan.cells(seeds: [0]).filter { $0["grid"] == "stability" }.map { cell in
      let grid = cell.plan.grid
      let squares = grid.times.map { t -> Double in
        let alpha = grid.process.alpha(t)
        return alpha * alpha
      }
      let spacing = (squares[squares.count - 1] - squares[0]) / Double(squares.count - 1)
      return squares.enumerated().reduce(0) { worst, point in
        max(worst, abs(point.element - squares[0] - Double(point.offset) * spacing) / spacing)
      }
    }.max()
  }

  func reductionSection(_ heading: String) -> Section {
    var columns: [Table.Column] = [
      .init("n"), .init("uniform", kind: .estimate), .init("stability", kind: .estimate),
      .init("change", kind: .estimate, note: "ours"),
      .init("change", kind: .estimate, note: "published"),
    ]
    let truths = hasTwoErrors ? GridReduction.all(groups, measurement: "relative_mse") : []
    if hasTwoErrors {
      columns.append(.init("change, true", kind: .estimate, note: "exact flow map"))
    }
    return Section(
      title: "\(short(heading)): what the balanced grid gains",
      blocks: [
        .table(
          Table(
            caption: "Error on the stability-balanced grid against the uniform one",
            columns: columns,
            rows: reductions.map { reduction in
              var row: [Table.Cell] = [
                .init(reduction.segments), .init(NumberText.estimate(reduction.uniform)),
                .init(NumberText.estimate(reduction.balanced)),
                .init(change(reduction.reduction)), dash(reduction.published.map(change)),
              ]
              if hasTwoErrors {
                let truth = truths.first { $0.segments == reduction.segments }
                row.append(dash(truth.map { change($0.reduction) }))
              }
              return row
            })),
        .prose(
          "Estimates, ± one standard error: over seeds where there are several, otherwise over the "
            + "samples of one evaluation. That of the published change is over its ten seeds."),
      ])
  }

  /// "Experiment 4" of a heading.
  func short(_ heading: String) -> String {
    heading.split(separator: ":").first.map(String.init) ?? heading
  }
}
