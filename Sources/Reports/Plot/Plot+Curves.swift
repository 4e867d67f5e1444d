extension Plot {
  /// Series with their colours, in the order in which they cover each other.
  var colored: [(series: Series, color: PlotColor)] {
    let all = series.enumerated().map { ($0.element, $0.element.color ?? .cycle($0.offset)) }
    return (0...4).flatMap { layer in all.filter { $0.0.layer == layer } }
  }

  /// Lines, bars and bands: cut at the frame by a nested `<svg>`, which needs no id and
  /// so cannot clash with another drawing in the same page.
  func clipped(_ layout: PlotLayout) -> String {
    let groups = colored.compactMap { series, color in
      let shapes = continuous(series, layout)
      return shapes.isEmpty ? nil : color.openGroup + shapes + "</g>"
    }
    guard !groups.isEmpty else { return "" }
    let (w, h) = (layout.right - layout.left + 2, layout.bottom - layout.top + 2)
    let box = [layout.left - 1, layout.top - 1, w, h].map(SVG.number)
    return "<svg x=\"\(box[0])\" y=\"\(box[1])\" width=\"\(box[2])\" height=\"\(box[3])\""
      + " viewBox=\"\(box.joined(separator: " "))\">\n"
      + groups.joined(separator: "\n") + "\n</svg>"
  }

  private func continuous(_ series: Series, _ layout: PlotLayout) -> String {
    switch series.shape {
    case .line(let x, let y, let dash, _):
      return SVG.path(CurvePath.line(x, y, layout), width: 2, dash: dash) + dots(x, y, layout)
    case .step(let x, let y, let dash):
      return SVG.path(CurvePath.step(x, y, layout), width: 2, dash: dash) + dots(x, y, layout)
    case .band(let x, let low, let high):
      let data = CurvePath.band(x, low, high, layout)
      return data.isEmpty
        ? "" : "<path d=\"\(data)\" fill=\"currentColor\" fill-opacity=\"0.22\"/>"
    case .bars(let lower, let upper, let heights):
      return zip(zip(lower, upper), heights).map { span, height in
        bar(from: span.0, to: span.1, height: height, layout)
      }.joined()
    case .categoryBars(let heights):
      return categoryBars(heights, of: series, layout)
    case .verticals(let values, let dash):
      return values.compactMap(layout.px).map {
        SVG.line($0, layout.top, $0, layout.bottom, width: 1.5, dash: dash)
      }.joined()
    case .horizontals(let values, let dash):
      return values.compactMap(layout.py).map {
        SVG.line(layout.left, $0, layout.right, $0, width: 1.5, dash: dash)
      }.joined()
    case .points, .errorBars, .rug: return ""
    }
  }

  private func dots(_ x: [Double], _ y: [Double], _ layout: PlotLayout) -> String {
    CurvePath.lonePoints(x, y, layout).map { point in
      "<circle cx=\"\(SVG.number(point.x))\" cy=\"\(SVG.number(point.y))\" r=\"2.2\""
        + " fill=\"currentColor\"/>"
    }.joined()
  }

  private func categoryBars(
    _ heights: [Double], of series: Series, _ layout: PlotLayout
  ) -> String {
    let groups = self.series.filter { if case .categoryBars = $0.shape { true } else { false } }
    let position = Double(groups.firstIndex(of: series) ?? 0)
    let width = 0.76 / Double(groups.count)
    return heights.enumerated().map { index, height in
      let lower = Double(index) - 0.38 + position * width
      return bar(from: lower, to: lower + width, height: height, layout)
    }.joined()
  }

  private func bar(
    from lower: Double, to upper: Double, height: Double, _ layout: PlotLayout
  ) -> String {
    guard let a = layout.px(lower), let b = layout.px(upper), let tip = layout.py(height)
    else { return "" }
    let foot = layout.baseline
    // A hairline of paper between neighbours.
    let width = max(abs(b - a) - 1, 0.5)
    return SVG.rect(min(a, b) + 0.5, min(tip, foot), width, abs(tip - foot), opacity: 0.85)
  }
}
