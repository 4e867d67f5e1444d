/// Path data of curves; what cannot be drawn is a gap.
enum CurvePath {
  private typealias Point = (x: Double, y: Double)

  static func line(_ x: [Double], _ y: [Double], _ layout: PlotLayout) -> String {
    runs(zip(x, y).map { point($0, $1, layout) }).filter { $0.count > 1 }.map(polyline).joined()
  }

  /// Points between two gaps: no line shows them, so they are drawn as dots.
  static func lonePoints(
    _ x: [Double], _ y: [Double], _ layout: PlotLayout
  ) -> [(x: Double, y: Double)] {
    runs(zip(x, y).map { point($0, $1, layout) }).filter { $0.count == 1 }.flatMap { $0 }
  }

  static func step(_ x: [Double], _ y: [Double], _ layout: PlotLayout) -> String {
    runs(zip(x, y).map { point($0, $1, layout) }).filter { $0.count > 1 }.map { run in
      var corners: [Point] = []
      for point in run {
        if let last = corners.last { corners.append((point.x, last.y)) }
        corners.append(point)
      }
      return polyline(corners)
    }.joined()
  }

  static func band(
    _ x: [Double], _ low: [Double], _ high: [Double], _ layout: PlotLayout
  ) -> String {
    let pairs = x.indices.map { index -> (low: Point, high: Point)? in
      guard let above = point(x[index], high[index], layout), low[index].isFinite else {
        return nil
      }
      // On a logarithmic axis a band that reaches zero runs off the lower edge.
      let below = point(x[index], low[index], layout) ?? (above.x, layout.bottom)
      return (below, above)
    }
    return runs(pairs).filter { $0.count > 1 }.map { run in
      polyline(run.map(\.high) + run.reversed().map(\.low)) + "Z"
    }.joined()
  }

  private static func point(_ x: Double, _ y: Double, _ layout: PlotLayout) -> Point? {
    guard let px = layout.px(x), let py = layout.py(y) else { return nil }
    return (px, py)
  }

  /// The stretches between gaps.
  private static func runs<Element>(_ elements: [Element?]) -> [[Element]] {
    elements.split(whereSeparator: { $0 == nil }).map { $0.compactMap { $0 } }
  }

  private static func polyline(_ points: [Point]) -> String {
    guard let first = points.first else { return "" }
    var data = "M\(SVG.number(first.x)) \(SVG.number(first.y))"
    for point in points.dropFirst() {
      data += "L\(SVG.number(point.x)) \(SVG.number(point.y))"
    }
    return data
  }
}
