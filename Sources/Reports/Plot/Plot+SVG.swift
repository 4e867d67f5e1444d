extension Plot {
  /// The drawing as a self-contained SVG document, to be inlined in a page or saved.
  ///
  /// The text depends on nothing but the values: it can be compared byte by byte.
  public func svg() -> String {
    let layout = PlotLayout(self)
    var lines: [String] = []
    lines.append("<g class=\"fd-grid\" color=\"#e3e7eb\">" + grid(layout) + "</g>")
    lines.append("<g class=\"fd-axis\" color=\"#5b6470\">" + axes(layout) + "</g>")
    lines.append(clipped(layout))
    lines.append(unclipped(layout))
    lines.append("<g class=\"fd-ink\" color=\"#1b1f24\">" + texts(layout) + "</g>")
    if !layout.legend.entries.isEmpty {
      let top = 12 + Double(layout.titleLines.count) * 18
      lines.append(
        "<g class=\"fd-ink\" color=\"#1b1f24\">"
          + layout.legend.svg(left: layout.left, top: top + 2) + "</g>")
    }
    return SVG.open(
      width: width, height: layout.height, title: title, description: description)
      + lines.filter { !$0.isEmpty }.joined(separator: "\n") + "\n</svg>\n"
  }

  private func texts(_ layout: PlotLayout) -> String {
    var texts = layout.titleLines.enumerated().map { row, line in
      SVG.text(
        line, x: layout.left, y: 12 + Double(row) * 18 + 11, size: PlotLayout.titleSize,
        attributes: " font-weight=\"600\"")
    }
    let middle = (layout.left + layout.right) / 2
    if !x.label.isEmpty {
      texts.append(
        SVG.text(
          x.label, x: middle, y: layout.height - 8,
          size: layout.labelSize(x.label, room: width - 16),
          anchor: "middle"))
    }
    let center = (layout.top + layout.bottom) / 2
    if !y.label.isEmpty {
      let px = 8 + PlotLayout.labelSize
      texts.append(
        SVG.text(
          y.label, x: px, y: center, size: layout.labelSize(y.label, room: layout.bottom),
          anchor: "middle",
          attributes: " transform=\"rotate(-90 \(SVG.number(px)) \(SVG.number(center)))\""))
    }
    if !layout.showsData(of: self) {
      texts.append(
        SVG.text(
          "nothing to draw", x: middle, y: center, size: PlotLayout.labelSize, anchor: "middle"))
    }
    return texts.joined(separator: "\n")
  }
}

extension PlotLayout {
  /// The size at which an axis label fits: a long one shrinks rather than being cut.
  func labelSize(_ label: String, room: Double) -> Double {
    let size = Self.labelSize
    return size * min(1, room / max(TextMetrics.width(label, size: size), 1))
  }

  /// Whether any value of any series has a place on the axes.
  func showsData(of plot: Plot) -> Bool {
    plot.series.contains { series in
      if case .categoryBars(let heights) = series.shape { return heights.contains { $0.isFinite } }
      let hasX = series.xValues.contains { x.fraction($0) != nil }
      let hasY = series.yValues.contains { y.fraction($0) != nil }
      switch series.shape {
      case .verticals, .rug: return hasX
      case .horizontals: return hasY
      default: return hasX && hasY
      }
    }
  }
}
