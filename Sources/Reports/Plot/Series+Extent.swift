extension Plot.Series {
  /// Horizontal values that the axis must reach.
  var xValues: [Double] {
    switch shape {
    case .line(let x, let y, _, _), .step(let x, let y, _), .points(let x, let y, _):
      Self.finite(x, where: y)
    case .errorBars(let x, let y, _, _, _): Self.finite(x, where: y)
    case .band(let x, let low, let high): Self.finite(x, where: zip(low, high).map { $0 + $1 })
    case .bars(let lower, let upper, _): lower + upper
    case .verticals(let values, _), .rug(let values): values
    case .categoryBars(let heights): [-0.5, Double(heights.count) - 0.5]
    case .horizontals: []
    }
  }

  /// Vertical values that the axis must reach; bars stand on zero.
  var yValues: [Double] {
    switch shape {
    case .line(let x, let y, _, _), .step(let x, let y, _), .points(let x, let y, _):
      Self.finite(y, where: x)
    case .errorBars(let x, let y, let low, let high, _):
      Self.finite(y + low + high, where: x + x + x)
    case .band(let x, let low, let high): Self.finite(low + high, where: x + x)
    case .bars(_, _, let heights), .categoryBars(let heights): heights + [0]
    case .horizontals(let values, _): values
    case .verticals, .rug: []
    }
  }

  /// Whether signs at the edge of the drawing would be cut without room around them.
  var needsSideRoom: Bool {
    switch shape {
    case .points, .errorBars: true
    case .line(_, _, _, let marker): marker != nil
    default: false
    }
  }

  var isRug: Bool { if case .rug = shape { true } else { false } }

  /// Bands and bars go below marks, marks below lines, and points on top.
  var layer: Int {
    switch shape {
    case .band: 0
    case .bars, .categoryBars: 1
    case .verticals, .horizontals, .rug: 2
    case .line(_, _, _, .none), .step: 3
    case .line, .points, .errorBars: 4
    }
  }

  /// A point whose other coordinate is missing is not drawn, so it must not stretch the axis.
  private static func finite(_ values: [Double], where others: [Double]) -> [Double] {
    zip(values, others).compactMap { $1.isFinite ? $0 : nil }
  }
}
