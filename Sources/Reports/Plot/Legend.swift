/// The legend's rows: above the drawing, where they can cover no data.
package struct LegendLayout {
  package struct Entry {
    package var series: Plot.Series
    var color: PlotColor
    package var x: Double
    var row: Int
    /// The label, broken where it is wider than the drawing.
    var lines: [String]
  }

  static let rowHeight = 18.0
  static let swatch = 24.0
  package static let size = 12.0

  package private(set) var entries: [Entry] = []

  package var height: Double {
    entries.last.map { Double($0.row + $0.lines.count) * Self.rowHeight + 4 } ?? 0
  }

  init(_ plot: Plot, width: Double) {
    guard plot.showsLegend else { return }
    var x = 0.0
    var row = 0
    for (index, series) in plot.series.enumerated() {
      guard let label = series.label, !label.isEmpty else { continue }
      let inset = Self.swatch + 6
      let lines = TextMetrics.wrap(label, size: Self.size, limit: width - inset)
      let extent = inset + TextMetrics.width(label, size: Self.size)
      if x > 0, x + extent > width {
        x = 0
        row += entries.last?.lines.count ?? 1
      }
      entries.append(
        Entry(series: series, color: series.color ?? .cycle(index), x: x, row: row, lines: lines))
      x += extent + 18
    }
  }

  /// Draws the entries with their upper left corner at (left, top).
  func svg(left: Double, top: Double) -> String {
    entries.map { entry in
      let x = left + entry.x
      let y = top + (Double(entry.row) + 0.5) * Self.rowHeight
      return entry.color.openGroup + Self.sample(entry.series.shape, x: x, y: y) + "</g>"
        + entry.lines.enumerated().map { line, text in
          SVG.text(
            text, x: x + Self.swatch + 6, y: y + 4.2 + Double(line) * Self.rowHeight,
            size: Self.size)
        }.joined()
    }.joined(separator: "\n")
  }

  /// A small picture of how the series is drawn.
  private static func sample(_ shape: Plot.Series.Shape, x: Double, y: Double) -> String {
    let middle = x + swatch / 2
    func stroke(_ dash: Plot.Series.Dash) -> String {
      SVG.line(x, y, x + swatch, y, width: 2, dash: dash)
    }
    switch shape {
    case .line(_, _, let dash, let marker):
      return stroke(dash) + (marker.map { SVG.marker($0, middle, y) } ?? "")
    case .step(_, _, let dash), .horizontals(_, let dash): return stroke(dash)
    case .points(_, _, let marker): return SVG.marker(marker, middle, y)
    case .errorBars(_, _, _, _, let marker):
      return SVG.errorBar(middle, y - 7, y + 7, caps: (true, true)) + SVG.marker(marker, middle, y)
    case .verticals(_, let dash):
      return SVG.line(middle, y - 7, middle, y + 7, width: 1.5, dash: dash)
    case .band: return SVG.rect(x, y - 6, swatch, 12, opacity: 0.25)
    case .bars, .categoryBars: return SVG.rect(x + 4, y - 6, swatch - 8, 12, opacity: 0.85)
    case .rug:
      return [3.0, 9, 14, 21].map {
        SVG.line(x + $0, y - 4.5, x + $0, y + 4.5, width: 1.5)
      }.joined()
    }
  }
}
