import Experiments

extension ReportedExperiment {
  private var widthSweep: [ResultGroup] { groups.filter { $0["sigma0"] == "0.1" } }

  /// The width of the sweep over σ_0: that of a cell which the sweep over widths cannot have.
  private var sweepWidth: String? { groups.first { $0["sigma0"] != "0.1" }?["width"] }

  private var sigmaSweep: [ResultGroup] {
    groups.filter { sweepWidth != nil && $0["width"] == sweepWidth }
  }

  var scoreFigures: [Figure] {
    let published = plan.experiment.published
    let axis = Plot.Axis("t/T", range: 0...1, ticks: [0.1, 0.3, 0.5, 0.7, 0.9])
    var result = figures(
      "Error of the score by width, σ₀ = 0.1",
      ExperimentCurves(
        key: "width", x: "t", groups: widthSweep,
        published: published.filter { $0["sigma0"] == "0.1" }, label: { "width \($0)" }),
      x: axis)
    if let width = sweepWidth {
      result += figures(
        "Error of the score by σ₀, width \(width)",
        ExperimentCurves(
          key: "sigma0", x: "t", groups: sigmaSweep,
          published: published.filter { $0["width"] == "512" }, label: { "σ₀ = \($0)" }),
        x: axis, remark: width == "512" ? "" : "The published students have width 512.")
    }
    return result
  }

  var scoreStatements: [String] {
    widthSweep.values(of: "t").compactMap { t in
      widthSweep.filter { $0["t"] == t }.trend(along: "width").map {
        "At t/T = \(t) and σ₀ = 0.1 the error as the width grows \($0.text)."
      }
    } + sigmaStatements
  }

  /// How much σ_0 matters: the largest error over the smallest at one time.
  private var sigmaStatements: [String] {
    let ours = sigmaSweep.values(of: "t").compactMap { t in
      factor(sigmaSweep.filter { $0["t"] == t }.compactMap { $0.error?.mean }).map { (t, $0) }
    }
    guard let worst = ours.max(by: { $0.1 < $1.1 }) else { return [] }
    let theirs = plan.experiment.published.filter { $0["width"] == "512" && $0["t"] == worst.0 }
    let published = factor(theirs.map(\.mean)).map {
      ", and the published ones of width 512 there by \(NumberText.significant($0, digits: 2))"
    }
    return [
      "Over all σ₀ at one time the errors differ at most by a factor of "
        + "\(NumberText.significant(worst.1, digits: 2)), at t/T = \(worst.0)\(published ?? "")."
    ]
  }

  private func factor(_ values: [Double]) -> Double? {
    guard let least = values.min(), let greatest = values.max(), values.count > 1, least > 0 else {
      return nil
    }
    return greatest / least
  }
}
