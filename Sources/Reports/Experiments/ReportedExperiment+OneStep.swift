import Experiments

extension ReportedExperiment {
  var oneStepFigures: [Figure] {
    figures(
      "Error of one step by bound on the weights",
      ExperimentCurves(
        key: "sigma0", x: "B", groups: groups, published: plan.experiment.published,
        label: { "σ₀ = \($0)" }),
      x: .init("bound B on the weights", scale: .log10, ticks: [0.001, 0.01, 0.1, 0.25]),
      remark: "The published errors for σ₀ ≤ 0.01 are those against a teacher that diverges.")
  }

  var oneStepStatements: [String] {
    let bySigma = groups.values(of: "sigma0").compactMap { sigma0 in
      groups.filter { $0["sigma0"] == sigma0 }.trend(along: "B").map {
        "At σ₀ = \(sigma0) the error as B grows \($0.text)."
      }
    }
    return bySigma + sigmaTrends + comparisonOfErrors(by: "sigma0", "σ₀")
  }

  /// What becomes of the error as σ_0 shrinks, where the bound hinders least.
  private var sigmaTrends: [String] {
    guard let bound = groups.values(of: "B").max(by: { (Double($0) ?? 0) < (Double($1) ?? 0) })
    else { return [] }
    let ours = groups.filter { $0["B"] == bound }
    guard let trend = ours.trend(along: "sigma0", "relative_mse", descending: true) else {
      return []
    }
    let theirs = plan.experiment.published.filter { $0["B"] == bound }
      .trend(along: "sigma0", descending: true)
    return [
      "At B = \(bound), as σ₀ shrinks, the error against the exact flow map \(trend.text)"
        + (theirs.map { "; the published error against its own teacher \($0.text)." } ?? ".")
    ]
  }

  /// Where students learned from the published teacher: how far their two errors are apart.
  func comparisonOfErrors(by key: String, _ name: String) -> [String] {
    groups.values(of: key).compactMap { value in
      let best = groups.filter { $0[key] == value && $0.trueError != nil }
        .min { ($0.error?.mean ?? .infinity) < ($1.error?.mean ?? .infinity) }
      guard let best, let error = best.error, let truth = best.trueError else { return nil }
      return
        "At \(name) = \(value) the student that is best by the published teacher has an error of "
        + "\(NumberText.significant(error.mean)) against it and of "
        + "\(NumberText.significant(truth.mean)) against the exact flow map."
    }
  }
}
