/// A drawing of series between two axes, as a value; ``svg()`` makes the text.
///
/// What cannot be drawn is left out and never bent into shape: non-finite values
/// are gaps, and values that are not positive do not appear on a logarithmic axis.
public struct Plot: Sendable, Equatable {
  /// The heading above the drawing; also what a screen reader announces.
  public var title: String
  /// A sentence for readers who cannot see the drawing.
  public var description: String
  /// The horizontal axis.
  public var x: Axis
  /// The vertical axis.
  public var y: Axis
  /// What is drawn; series without a colour take the palette's in this order.
  public var series: [Series]
  /// Whether labelled series are listed between title and drawing.
  public var showsLegend: Bool
  /// Width in pixels.
  public var width: Double
  /// Height in pixels; a drawing that needs more for its labels takes more.
  public var height: Double

  /// A plot of `series`.
  public init(
    title: String, description: String = "", x: Axis, y: Axis, series: [Series],
    showsLegend: Bool = true, width: Double = 480, height: Double = 340
  ) {
    precondition(width >= 160 && height >= 120, "a plot of \(width) × \(height) pixels")
    self.title = title
    self.description = description
    self.x = x
    self.y = y
    self.series = series
    self.showsLegend = showsLegend
    self.width = width
    self.height = height
  }

  /// An axis: its label, its scale and, if need be, its range.
  public struct Axis: Sendable, Equatable {
    /// How values are laid out along an axis.
    public enum Scale: Sendable, Equatable {
      /// Equal steps for equal differences.
      case linear
      /// Equal steps for equal ratios; only positive values appear.
      case log10
      /// Names at 0, 1, 2, …
      case categories([String])
    }

    /// What is measured, with its unit.
    public var label: String
    /// The layout.
    public var scale: Scale
    /// The shown range; the data's own if nil or impossible on this scale.
    public var range: ClosedRange<Double>?
    /// Whether values grow to the left or downwards, as time does when sampling.
    public var isReversed: Bool
    /// The labelled marks, where some values say more than round ones.
    ///
    /// Those out of range are left out. If nil, round values are chosen.
    public var ticks: [Double]?

    /// An axis called `label`.
    public init(
      _ label: String, scale: Scale = .linear, range: ClosedRange<Double>? = nil,
      isReversed: Bool = false, ticks: [Double]? = nil
    ) {
      self.label = label
      self.scale = scale
      self.range = range
      self.isReversed = isReversed
      self.ticks = ticks
    }
  }
}
