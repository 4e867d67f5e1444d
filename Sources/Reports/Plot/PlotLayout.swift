/// Where the parts of a plot go: everything that depends on the widths of texts.
package struct PlotLayout {
  static let titleSize = 14.0
  static let labelSize = 12.5
  static let rugRow = 11.0

  let x: AxisMapping
  let y: AxisMapping
  let xTicks: Ticks
  let yTicks: Ticks
  package let titleLines: [String]
  package let legend: LegendLayout
  /// Labels of the horizontal axis are slanted when they do not fit side by side.
  package let slantsLabels: Bool
  let rugCount: Int
  package let left: Double
  package let right: Double
  package let top: Double
  let bottom: Double
  let height: Double

  package init(_ plot: Plot) {
    let drawn = plot.series.filter { !$0.isRug }
    let needsRoom = plot.series.contains(where: \.needsSideRoom)
    x = AxisMapping(
      plot.x, values: plot.series.flatMap(\.xValues), padding: needsRoom ? 0.03 : 0)
    y = AxisMapping(plot.y, values: drawn.flatMap(\.yValues), padding: 0.05)
    xTicks = x.ticks
    yTicks = y.ticks
    rugCount = plot.series.count - drawn.count

    let yLabelWidth = yTicks.major.map(\.label.width).max() ?? 0
    let axisTitle = plot.y.label.isEmpty ? 0 : Self.labelSize + 10
    var left = (8 + axisTitle + yLabelWidth + 8).rounded(.up)
    // The last label of the horizontal axis may be centred on the right edge.
    let lastWidth = xTicks.major.last?.label.width ?? 0
    right = plot.width - max(12, (lastWidth / 2 + 4).rounded(.up))

    let step = (right - left) / Double(max(xTicks.major.count, 1))
    let widest = xTicks.major.map(\.label.width).max() ?? 0
    if case .categories = plot.x.scale {
      slantsLabels = widest > step - 6
    } else {
      slantsLabels = false
    }
    if slantsLabels, let first = xTicks.major.first {
      // A slanted label hangs to the left of its tick.
      left = max(left, (first.label.width * 0.82 + 20 - step / 2).rounded(.up))
    }
    self.left = left
    titleLines = TextMetrics.wrap(
      plot.title, size: Self.titleSize, bold: true, limit: right - left)
    legend = LegendLayout(plot, width: right - left)
    top = (12 + Double(titleLines.count) * 18 + legend.height + 8).rounded(.up)
    let labelHeight = slantsLabels ? widest * 0.57 + 14 : 20
    let below =
      Double(rugCount) * Self.rugRow + 4 + labelHeight
      + (plot.x.label.isEmpty ? 4 : Self.labelSize + 12)
    bottom = max(plot.height - below, top + 120).rounded(.down)
    height = (bottom + below).rounded(.up)
  }

  /// The lower end of ticks and grid lines: under the rows of the rugs.
  var axisBottom: Double { bottom + Double(rugCount) * Self.rugRow }

  package func px(_ value: Double) -> Double? {
    x.fraction(value).map { left + $0 * (right - left) }
  }

  func py(_ value: Double) -> Double? { y.fraction(value).map { bottom - $0 * (bottom - top) } }

  /// The foot of bars: zero, or the lower edge where the scale has no zero.
  var baseline: Double { min(max(py(0) ?? bottom, top), bottom) }

  func contains(_ px: Double, _ py: Double) -> Bool {
    px >= left - 0.5 && px <= right + 0.5 && py >= top - 0.5 && py <= bottom + 0.5
  }

  /// Labels of the vertical axis, as many as have room above each other.
  var shownYLabels: [Ticks.Tick] {
    let places = yTicks.major.compactMap { py($0.value) }
    let closest = zip(places, places.dropFirst()).map { abs($0 - $1) }.min() ?? bottom - top
    let stride = max(1, Int((14 / max(closest, 0.5)).rounded(.up)))
    return yTicks.major.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
  }

  /// Labels of the horizontal axis that fit beside each other: every k-th, for the least such k.
  package var shownXLabels: [Ticks.Tick] {
    let ticks = xTicks.major
    guard !slantsLabels, ticks.count > 1 else { return ticks }
    for stride in 1...ticks.count {
      let chosen = ticks.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
      let spans = chosen.compactMap { tick in
        px(tick.value).map { ($0 - tick.label.width / 2, $0 + tick.label.width / 2) }
      }.sorted { $0.0 < $1.0 }
      if zip(spans, spans.dropFirst()).allSatisfy({ $0.1 + 6 <= $1.0 }) { return chosen }
    }
    return Array(ticks.prefix(1))
  }
}
