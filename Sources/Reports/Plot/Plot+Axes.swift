extension Plot {
  /// Lines across the drawing at labelled values.
  func grid(_ layout: PlotLayout) -> String {
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

  /// The edges of the drawing, their ticks and their labels.
  func axes(_ layout: PlotLayout) -> String {
    let foot = layout.axisBottom
    var marks = [
      SVG.line(layout.left, layout.bottom, layout.right, layout.bottom, width: 1),
      SVG.line(layout.left, layout.top, layout.left, layout.bottom, width: 1),
    ]
    if layout.rugCount > 0 {
      marks.append(SVG.line(layout.left, foot, layout.right, foot, width: 1))
    }
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
    return (marks + labels(layout)).joined(separator: "\n")
  }

  private func labels(_ layout: PlotLayout) -> [String] {
    let foot = layout.axisBottom
    var marks: [String] = []
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
            tick.label.markup, x: px, y: foot + 17, size: TickLabel.size, anchor: "middle"))
      }
    }
    for tick in layout.shownYLabels {
      guard let py = layout.py(tick.value) else { continue }
      marks.append(
        SVG.rawText(
          tick.label.markup, x: layout.left - 8, y: py + 4.2, size: TickLabel.size, anchor: "end"))
    }
    return marks
  }
}
