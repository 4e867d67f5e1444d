extension Plot {
  /// Something drawn between the axes, with the name that the legend gives it.
  public struct Series: Sendable, Equatable {
    /// A line's pattern.
    public enum Dash: Sendable, Equatable { case solid, dashed, dotted }

    /// A point's sign.
    public enum Marker: Sendable, Equatable, CaseIterable {
      case circle, square, diamond, triangle, cross
    }

    /// What is drawn; the factories below check the lengths of its arrays.
    enum Shape: Sendable, Equatable {
      case line(x: [Double], y: [Double], dash: Dash, marker: Marker?)
      case step(x: [Double], y: [Double], dash: Dash)
      case points(x: [Double], y: [Double], marker: Marker)
      case errorBars(x: [Double], y: [Double], low: [Double], high: [Double], marker: Marker)
      case band(x: [Double], low: [Double], high: [Double])
      case bars(lower: [Double], upper: [Double], heights: [Double])
      case categoryBars(heights: [Double])
      case verticals([Double], dash: Dash)
      case horizontals([Double], dash: Dash)
      case rug([Double])
    }

    /// The legend's text; without one the legend leaves the series out.
    public var label: String?
    /// The colour; the palette's next one if nil.
    public var color: PlotColor?
    var shape: Shape

    /// A line through points; a value that cannot be drawn breaks it.
    public static func line(
      _ label: String?, x: [Double], y: [Double], color: PlotColor? = nil, dash: Dash = .solid,
      marker: Marker? = nil
    ) -> Series {
      check(x, y)
      return Series(
        label: label, color: color, shape: .line(x: x, y: y, dash: dash, marker: marker))
    }

    /// A staircase: `y[i]` holds from `x[i]` to `x[i + 1]`.
    public static func step(
      _ label: String?, x: [Double], y: [Double], color: PlotColor? = nil, dash: Dash = .solid
    ) -> Series {
      check(x, y)
      return Series(label: label, color: color, shape: .step(x: x, y: y, dash: dash))
    }

    /// Separate points.
    public static func points(
      _ label: String?, x: [Double], y: [Double], color: PlotColor? = nil,
      marker: Marker = .circle
    ) -> Series {
      check(x, y)
      return Series(label: label, color: color, shape: .points(x: x, y: y, marker: marker))
    }

    /// Points with symmetric error bars, such as one standard error to either side.
    ///
    /// On a logarithmic axis a bar that reaches zero runs off the lower edge, without a cap.
    public static func errorBars(
      _ label: String?, x: [Double], y: [Double], errors: [Double], color: PlotColor? = nil,
      marker: Marker = .circle
    ) -> Series {
      check(x, y, errors)
      return Series(
        label: label, color: color,
        shape: .errorBars(
          x: x, y: y, low: zip(y, errors).map { $0 - $1 }, high: zip(y, errors).map { $0 + $1 },
          marker: marker))
    }

    /// A shaded region between two curves.
    public static func band(
      _ label: String?, x: [Double], low: [Double], high: [Double], color: PlotColor? = nil
    ) -> Series {
      check(x, low, high)
      return Series(label: label, color: color, shape: .band(x: x, low: low, high: high))
    }

    /// Bars over intervals: bar i spans `edges[i] … edges[i + 1]`.
    public static func histogram(
      _ label: String?, edges: [Double], heights: [Double], color: PlotColor? = nil
    ) -> Series {
      precondition(
        edges.count == heights.count + 1, "\(edges.count) edges of \(heights.count) bars")
      return Series(
        label: label, color: color,
        shape: .bars(
          lower: Array(edges.dropLast()), upper: Array(edges.dropFirst()), heights: heights))
    }

    /// A bar for each category of the horizontal axis; several such series stand side by side.
    public static func bars(
      _ label: String?, heights: [Double], color: PlotColor? = nil
    ) -> Series {
      Series(label: label, color: color, shape: .categoryBars(heights: heights))
    }

    /// Marks over the whole height.
    public static func verticals(
      _ label: String?, at values: [Double], color: PlotColor? = nil, dash: Dash = .dashed
    ) -> Series {
      Series(label: label, color: color, shape: .verticals(values, dash: dash))
    }

    /// Marks over the whole width.
    public static func horizontals(
      _ label: String?, at values: [Double], color: PlotColor? = nil, dash: Dash = .dashed
    ) -> Series {
      Series(label: label, color: color, shape: .horizontals(values, dash: dash))
    }

    /// A row of ticks of its own below the drawing: the points of a time grid.
    public static func rug(
      _ label: String?, at values: [Double], color: PlotColor? = nil
    ) -> Series {
      Series(label: label, color: color, shape: .rug(values))
    }

    private static func check(_ first: [Double], _ others: [Double]...) {
      for other in others {
        precondition(first.count == other.count, "\(first.count) and \(other.count) coordinates")
      }
    }
  }
}
