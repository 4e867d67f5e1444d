import Arrays
import Reports
import Testing

@Suite struct PlotTests {
  static let samples: [(String, Plot)] = [
    ("bounds", Sample.bounds), ("cumulative", Sample.cumulative), ("errors", Sample.errors),
    ("rules", Sample.rules), ("histogram", Sample.histogram),
  ]

  @Test(arguments: samples) func matchesSnapshot(name: String, plot: Plot) throws {
    let svg = plot.svg()
    #expect(xmlComplaint(svg) == nil)
    #expect(svg == plot.svg())
    try expectSnapshot(svg, "plot-\(name).svg")
  }

  static let nasty: [Double] = [
    .nan, .infinity, -.infinity, 0, -0.0, -1, 1,
    .leastNonzeroMagnitude, 1.7e308, -1.7e308, 1e-300, 3, 3,
  ]

  static func allKinds(_ values: [Double]) -> [Plot.Series] {
    let x = values
    let y = Array(values.reversed())
    return [
      .line("line", x: x, y: y, marker: .cross), .step("step", x: x, y: y),
      .points("points", x: x, y: y, marker: .triangle),
      .errorBars("errors", x: x, y: y, errors: x, marker: .diamond),
      .band("band", x: x, low: y, high: x), .bars("bars", heights: x),
      .histogram("histogram", edges: x + [1], heights: y), .verticals("verticals", at: x),
      .horizontals("horizontals", at: y), .rug("rug", at: x),
    ]
  }

  @Test(arguments: 0..<32) func nastyValuesNeverLeak(seed: UInt64) {
    let picks = RandomStream(seed: seed).uniforms(6)
    let values = picks.map { Self.nasty[Int($0 * Double(Self.nasty.count))] }
    let scales: [Plot.Axis.Scale] = [.linear, .log10, .categories(["a", "b"]), .categories([])]
    for series in Self.allKinds(values) {
      for (xScale, yScale) in scales.flatMap({ x in scales.map { (x, $0) } }) {
        let plot = Plot(
          title: "t", x: .init("x", scale: xScale, isReversed: seed % 2 == 0),
          y: .init("y", scale: yScale), series: [series])
        let svg = plot.svg()
        #expect(!leaksNonFinite(svg), "\(series)")
        #expect(xmlComplaint(svg) == nil, "\(series)")
      }
    }
  }

  @Test(arguments: [[], [2], [2, 2, 2], [0, 0], [.nan]] as [[Double]])
  func degenerateRangesStillDraw(values: [Double]) {
    for scale in [Plot.Axis.Scale.linear, .log10] {
      let axis = Plot.Axis("a", scale: scale)
      let plot = Plot(
        title: "", x: axis, y: axis, series: [.line("l", x: values, y: values, marker: .circle)])
      let svg = plot.svg()
      #expect(xmlComplaint(svg) == nil)
      #expect(!leaksNonFinite(svg))
      let isEmpty = values.first.map { $0.isNaN || (scale == .log10 && $0 <= 0) } ?? true
      #expect(svg.contains("nothing to draw") == isEmpty)
    }
  }

  @Test func gapsBreakLinesAndNonpositiveValuesLeaveLogAxes() {
    func pieces(_ y: [Double], _ scale: Plot.Axis.Scale) -> [Int] {
      let plot = Plot(
        title: "t", x: .init("x"), y: .init("y", scale: scale),
        series: [.line(nil, x: y.indices.map(Double.init), y: y)])
      let svg = plot.svg()
      let path = svg.split(separator: " d=\"").dropFirst().first ?? ""
      return [
        path.prefix { $0 != "\"" }.count { $0 == "M" }, svg.split(separator: "<circle").count - 1,
      ]
    }
    // Stretches of line, and dots for points between two gaps.
    #expect(pieces([1, 2, 3], .linear) == [1, 0])
    #expect(pieces([1, .nan, 3, 4], .linear) == [1, 1])
    #expect(pieces([1, 2, .infinity, 3, 4], .linear) == [2, 0])
    #expect(pieces([1, 0, 3, -1, 5], .log10) == [0, 3])
    #expect(pieces([1, 0, 3, -1, 5], .linear) == [1, 0])
  }

  @Test func textIsEscaped() {
    let evil = "<script>\"&'\u{0}"
    let plot = Plot(
      title: evil, description: evil, x: .init(evil), y: .init(evil, scale: .categories([evil])),
      series: [.points(evil, x: [1], y: [0])])
    #expect(xmlComplaint(plot.svg()) == nil)
    #expect(!plot.svg().contains("<script"))
  }

  /// The legend lies above the frame and every label inside the drawing.
  @Test(arguments: samples) func labelsDoNotOverlap(name: String, plot: Plot) {
    var narrow = plot
    narrow.width = 260
    for plot in [plot, narrow] {
      let layout = PlotLayout(plot)
      #expect(12 + Double(layout.titleLines.count) * 18 + layout.legend.height <= layout.top)
      for entry in layout.legend.entries where entry.x > 0 {
        let width = TextMetrics.width(entry.series.label ?? "", size: LegendLayout.size)
        #expect(layout.left + entry.x + 30 + width <= layout.right)
      }
      guard !layout.slantsLabels else { continue }
      let spans = layout.shownXLabels.compactMap { tick in
        layout.px(tick.value).map { ($0 - tick.label.width / 2, $0 + tick.label.width / 2) }
      }
      #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.1 < $1.0 })
      #expect(spans.allSatisfy { $0.0 >= 0 && $0.1 <= plot.width })
    }
  }
}
