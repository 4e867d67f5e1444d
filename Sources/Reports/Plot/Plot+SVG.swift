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

  private func grid(_ layout: PlotLayout) -> String {
    var marks: [String] = []
    if case .categories = x.scale {
    } else {
      for tick in layout.xTicks.major {
        guard let px = layout.px(tick.value) else { continue }
        marks.append(SVG.line(px, layout.top, px, layout.bottom, width: 1))
      }
    }
    for tick in layout.yTicks.major {
      guard let py = layout.py(tick.value) else { continue }
      marks.append(SVG.line(layout.left, py, layout.right, py, width: 1))
    }
    return marks.joined(separator: "\n")
  }

  private func axes(_ layout: PlotLayout) -> String {
    let foot = layout.axisBottom
    var marks = [
      SVG.line(layout.left, layout.bottom, layout.right, layout.bottom, width: 1),
      SVG.line(layout.left, layout.top, layout.left, layout.bottom, width: 1),
    ]
    if layout.rugCount > 0 { marks.append(SVG.line(layout.left, foot, layout.right, foot, width: 1)) }
    for (ticks, length) in [(layout.xTicks.major.map(\.value), 5.0), (layout.xTicks.minor, 3.0)] {
      for px in ticks.compactMap(layout.px) {
        marks.append(SVG.line(px, foot, px, foot + length, width: 1))
      }
    }
    for (ticks, length) in [(layout.yTicks.major.map(\.value), 5.0), (layout.yTicks.minor, 3.0)] {
      for py in ticks.compactMap(layout.py) {
        marks.append(SVG.line(layout.left - length, py, layout.left, py, width: 1))
      }
    }
    let labelY = foot + 17
    for tick in layout.shownXLabels {
      guard let px = layout.px(tick.value) else { continue }
      if layout.slantsLabels {
        let turn = " transform=\"rotate(-35 \(SVG.number(px)) \(SVG.number(foot + 12)))\""
        marks.append(
          SVG.rawText(
            tick.label.markup, x: px + 3, y: foot + 14, size: TickLabel.size, anchor: "end",
            attributes: turn))
      } else {
        marks.append(
          SVG.rawText(
            tick.label.markup, x: px, y: labelY, size: TickLabel.size, anchor: "middle"))
      }
    }
    for tick in layout.yTicks.major {
      guard let py = layout.py(tick.value) else { continue }
      marks.append(
        SVG.rawText(
          tick.label.markup, x: layout.left - 8, y: py + 4.2, size: TickLabel.size, anchor: "end"))
    }
    return marks.joined(separator: "\n")
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
          x.label, x: middle, y: layout.height - 8, size: PlotLayout.labelSize, anchor: "middle"))
    }
    let center = (layout.top + layout.bottom) / 2
    if !y.label.isEmpty {
      let px = 8 + PlotLayout.labelSize
      texts.append(
        SVG.text(
          y.label, x: px, y: center, size: PlotLayout.labelSize, anchor: "middle",
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
