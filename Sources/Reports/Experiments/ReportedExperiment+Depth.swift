import Experiments
import Stability

extension ReportedExperiment {
  var depthFigures: [Figure] {
    figures(
      "Error of one step over [0, T] by depth",
      ExperimentCurves(
        key: "arch", x: "n_blocks", groups: groups, published: plan.experiment.published,
        label: { $0 }),
      x: .init("blocks", scale: .log10, ticks: [1, 2, 4, 8, 16]),
      remark: "The published errors are those against a teacher that diverges.")
  }

  var depthStatements: [String] {
    groups.values(of: "arch").flatMap { arch -> [String] in
      let own = groups.filter { $0["arch"] == arch }
      guard let trend = own.trend(along: "n_blocks") else { return [] }
      let against =
        hasTwoErrors ? " against the published teacher" : " against the exact flow map"
      var text = "The error of the \(arch)\(against) as blocks are added \(trend.text)."
      if hasTwoErrors, let truth = own.trend(along: "n_blocks", "relative_mse") {
        text += " Its error against the exact flow map \(truth.text)."
      }
      let published = plan.experiment.published.filter { $0["arch"] == arch }
      if let theirs = published.trend(along: "n_blocks") {
        text += " The published error against its own teacher \(theirs.text)."
      }
      return [text]
    } + architectureStatement + comparisonOfErrors(by: "arch", "architecture")
  }

  /// Which architecture is better where both are finished.
  private var architectureStatement: [String] {
    let wins = groups.values(of: "n_blocks").compactMap { blocks -> String? in
      let own = groups.filter { $0["n_blocks"] == blocks && $0.estimate("relative_mse") != nil }
        .sorted {
          ($0.estimate("relative_mse")?.value ?? 0) < ($1.estimate("relative_mse")?.value ?? 0)
        }
      guard own.count > 1, let best = own[0].estimate("relative_mse"),
        let next = own[1].estimate("relative_mse")
      else { return nil }
      let isClear = Trend.Direction(from: next, to: best) == .falls
      return "\(isClear ? own[0]["arch"] : "neither") with \(blocks)"
    }
    guard !wins.isEmpty else { return [] }
    return ["The more accurate architecture by two standard errors is \(wins.list) blocks."]
  }
}
