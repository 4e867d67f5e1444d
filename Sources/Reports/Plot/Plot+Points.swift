extension Plot {
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
