import Experiments

/// Our curves and the published ones, one pair of a colour for each value of a choice.
struct ExperimentCurves {
  /// The choice that tells curves apart.
  let key: String
  /// The choice along the horizontal axis.
  let x: String
  /// Our results.
  let groups: [ResultGroup]
  /// The published numbers.
  let published: [PublishedResult]
  /// The label of a curve.
  let label: (String) -> String

  private static let colors: [PlotColor] = [.blue, .vermillion, .green, .purple, .orange, .sky]

  /// The values of the choice, by size if they are numbers; the published first where not.
  private var values: [String] {
    var values: [String] = []
    for value in published.map({ $0[key] }) + groups.map({ $0[key] }) where !values.contains(value)
    {
      values.append(value)
    }
    let numbers = values.compactMap(Double.init)
    guard numbers.count == values.count else { return values }
    return values.sorted { (Double($0) ?? 0) < (Double($1) ?? 0) }
  }

  /// The series; the published ones are dashed, and the legend names them once.
  func series(_ statistics: (ResultGroup) -> SeedStatistics?) -> [Plot.Series] {
    var series: [Plot.Series] = []
    for (i, value) in values.enumerated() {
      let color = ExperimentCurves.colors[i % ExperimentCurves.colors.count]
      let theirs = published.filter { $0[key] == value }
        .map { (x: Double($0[x]) ?? .nan, y: $0.mean, error: $0.deviation) }.sorted { $0.x < $1.x }
      let ours = groups.filter { $0[key] == value }.compactMap { group in
        statistics(group).map { (x: Double(group[x]) ?? .nan, y: $0.mean, error: $0.deviation) }
      }.sorted { $0.x < $1.x }
      if !theirs.isEmpty {
        series.append(
          .line(
            ours.isEmpty ? label(value) : nil, x: theirs.map(\.x), y: theirs.map(\.y), color: color,
            dash: .dashed))
        series.append(
          .points(nil, x: theirs.map(\.x), y: theirs.map(\.y), color: color, marker: .cross))
      }
      guard !ours.isEmpty else { continue }
      series.append(
        .line(label(value), x: ours.map(\.x), y: ours.map(\.y), color: color, marker: .circle))
      if ours.contains(where: { $0.error > 0 }) {
        series.append(
          .errorBars(
            nil, x: ours.map(\.x), y: ours.map(\.y), errors: ours.map(\.error), color: color))
      }
    }
    if !published.isEmpty {
      series.append(.line("published", x: [], y: [], color: .ink, dash: .dashed, marker: .cross))
    }
    return series
  }
}

extension ReportedExperiment {
  static let curveCaption =
    "Circles: ours, with standard deviations over seeds where there are several. "
    + "Crosses, dashed: published."

  /// The figure of some curves; a second one of the true error where there are two.
  func figures(
    _ title: String, _ curves: ExperimentCurves, x axis: Plot.Axis, remark: String = ""
  ) -> [Figure] {
    let caption = ReportedExperiment.curveCaption + (remark.isEmpty ? "" : " \(remark)")
    func figure(_ title: String, _ caption: String, _ series: [Plot.Series]) -> Figure {
      Figure(
        svg: Plot(
          title: title, x: axis, y: .init("relative MSE", scale: .log10), series: series
        ).svg(), caption: caption)
    }
    guard hasTwoErrors else {
      return [figure(title, caption, curves.series(\.error))]
    }
    let own = ExperimentCurves(
      key: curves.key, x: curves.x, groups: curves.groups, published: [], label: curves.label)
    return [
      figure("\(title), against the published teacher", caption, curves.series(\.error)),
      figure(
        "\(title), against the exact flow map",
        "The same students against what they should have learned.", own.series(\.trueError)),
    ]
  }
}
