import Experiments
import Stability

extension ReportedExperiment {
  /// The numbers of segments at which other grids or students are finished.
  private var baselineSegments: [String] {
    groups.filter { !$0.isPublishedKind }.values(of: "n")
  }

  /// All choices at one n by their true error, the best first.
  private func ranking(_ n: String) -> [(name: String, group: ResultGroup, error: Estimate)] {
    groups.filter { $0["n"] == n }.compactMap { group in
      group.estimate("relative_mse").map { (group.choiceText, group, $0) }
    }.sorted { $0.error.value < $1.error.value }
  }

  var baselineStatements: [String] {
    baselineSegments.compactMap { n in
      let ranked = ranking(n)
      guard let best = ranked.first, ranked.count > 1,
        let place = ranked.firstIndex(where: {
          $0.group["grid"] == "stability" && $0.group.isPublishedKind
        })
      else { return nil }
      let text = "Of the \(ranked.count) choices at n = \(n) the best is \(best.name)"
      if place == 0 { return "\(text), the published one." }
      let ratio = ranked[place].error.value / best.error.value
      let isClear = Trend.Direction(from: ranked[place].error, to: best.error) == .falls
      return "\(text); the published stability-balanced chain is at place \(place + 1) with "
        + "\(NumberText.significant(ratio, digits: 2)) times its error"
        + (isClear ? "." : ", which two standard errors do not tell apart.")
    }
  }

  func baselineSection(_ heading: String) -> Section? {
    guard !baselineSegments.isEmpty else { return nil }
    return Section(
      title: "\(short(heading)): what the published comparison lacks",
      blocks: [
        .prose(
          "Other grids, and other students on the two published grids, with the same number of "
            + "training steps in all. Shared: one network for all segments that takes the time as "
            + "input, of the size of one student, or (shared-wide) with about as many weights as "
            + "all of them. Own states: each student learns on what those before it give. Errors "
            + "are those against the exact flow map. The negative log-likelihood is that of the "
            + "students' samples under the data's density; it should equal the teacher's, not be "
            + "small. The energy distance is that between the students' samples and exact ones.")
      ]
        + baselineSegments.flatMap { n -> [Block] in
          [
            .figures([Figure(svg: baselinePlot(n).svg(), caption: "Logarithmic; best on top.")]),
            .table(baselineTable(n)),
          ]
        })
  }

  private func baselinePlot(_ n: String) -> Plot {
    let ranked = ranking(n)
    func series(_ label: String, _ color: PlotColor, _ marker: Plot.Series.Marker, published: Bool)
      -> Plot.Series
    {
      let own = ranked.enumerated().filter { $0.element.group.isPublishedKind == published }
      return .points(
        label, x: own.map { $0.element.error.value }, y: own.map { Double($0.offset) },
        color: color, marker: marker)
    }
    return Plot(
      title: "End-to-end error at n = \(n)", x: .init("relative MSE", scale: .log10),
      y: .init("", scale: .categories(ranked.map(\.name)), isReversed: true),
      series: [
        series("published comparison", .vermillion, .square, published: true),
        series("added here", .blue, .circle, published: false),
      ], width: 640, height: 130 + 22 * Double(ranked.count))
  }

  private func baselineTable(_ n: String) -> Table {
    let ranked = ranking(n)
    return Table(
      caption: "Grids and students at n = \(n)",
      columns: [
        .init("grid", alignment: .text), .init("student", alignment: .text),
        .init("states", alignment: .text), .init("parameters"),
        .init("relative MSE", kind: .estimate),
        .init("−log p", kind: .estimate, note: "nats"),
        .init("teacher's −log p", kind: .estimate, note: "nats"),
        .init("energy distance", kind: .estimate), .init("seeds"),
      ],
      rows: ranked.enumerated().map { i, entry in
        let group = entry.group
        return [
          .init(group["grid"]), .init(group["student"]), .init(group["states"]),
          .init(group.results.first.map { NumberText.count($0.parameters) } ?? "—"),
          .init(spread(group, "relative_mse"), emphasis: i == 0 ? .best : .none),
          .init(spread(group, "nll")), .init(spread(group, "teacher_nll")),
          .init(spread(group, "energy_distance")),
          .init("\(group.results.count)", emphasis: .muted),
        ]
      })
  }
}

extension ResultGroup {
  /// The grid, and what differs from the published students.
  fileprivate var choiceText: String {
    var parts = [self["grid"]]
    if self["student"] != "separate" { parts.append(self["student"]) }
    if self["states"] != "exact" { parts.append("\(self["states"]) states") }
    return parts.joined(separator: ", ")
  }
}
