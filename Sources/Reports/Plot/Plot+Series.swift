extension Plot {
  private var colored: [(series: Series, color: PlotColor)] {
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

  /// Points and rugs: whole or not at all.
  func unclipped(_ layout: PlotLayout) -> String {
    let rugs = series.indices.filter { series[$0].isRug }
    var groups = rugs.enumerated().map { row, index in
      let color = series[index].color ?? .cycle(index)
      return color.openGroup + rug(series[index], row: row, layout) + "</g>"
    }
    groups += colored.compactMap { series, color in
      let shapes = points(series, layout)
      return shapes.isEmpty ? nil : color.openGroup + shapes + "</g>"
    }
    return groups.joined(separator: "\n")
  }

  private func continuous(_ series: Series, _ layout: PlotLayout) -> String {
    switch series.shape {
    case .line(let x, let y, let dash, _):
      return SVG.path(CurvePath.line(x, y, layout), width: 2, dash: dash)
    case .step(let x, let y, let dash):
      return SVG.path(CurvePath.step(x, y, layout), width: 2, dash: dash)
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

  private func points(_ series: Series, _ layout: PlotLayout) -> String {
    switch series.shape {
    case .points(let x, let y, let marker): return markers(x, y, marker, layout)
    case .line(let x, let y, _, .some(let marker)): return markers(x, y, marker, layout)
    case .errorBars(let x, let y, let low, let high, let marker):
      let bars = x.indices.compactMap { index -> String? in
        guard let px = layout.px(x[index]), let py = layout.py(y[index]),
          layout.contains(px, py), low[index].isFinite, high[index].isFinite
        else { return nil }
        let top = layout.py(high[index]) ?? layout.top
        let bottom = layout.py(low[index]) ?? layout.bottom
        return SVG.errorBar(
          px, max(top, layout.top), min(bottom, layout.bottom),
          caps: (top >= layout.top, layout.py(low[index]) != nil && bottom <= layout.bottom))
      }.joined()
      return bars + markers(x, y, marker, layout)
    default: return ""
    }
  }

  private func markers(
    _ x: [Double], _ y: [Double], _ marker: Series.Marker, _ layout: PlotLayout
  ) -> String {
    zip(x, y).compactMap { x, y in
      guard let px = layout.px(x), let py = layout.py(y), layout.contains(px, py) else {
        return nil
      }
      return SVG.marker(marker, px, py)
    }.joined()
  }

  private func rug(_ series: Series, row: Int, _ layout: PlotLayout) -> String {
    guard case .rug(let values) = series.shape else { return "" }
    let top = layout.bottom + Double(row) * PlotLayout.rugRow
    return values.compactMap(layout.px).filter { layout.contains($0, layout.bottom) }.map {
      SVG.line($0, top + 1.5, $0, top + PlotLayout.rugRow - 1.5, width: 1.5)
    }.joined()
  }
}
