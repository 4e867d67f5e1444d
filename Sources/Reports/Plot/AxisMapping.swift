internal import RealModule

/// From values to positions 0 … 1 along an axis, and the range that makes them fit.
struct AxisMapping {
  let scale: Plot.Axis.Scale
  let lower: Double
  let upper: Double
  private let isReversed: Bool
  private let chosenTicks: [Double]?

  /// Chooses the range: the axis's own, or that of `values` with `padding` on either side.
  init(_ axis: Plot.Axis, values: [Double], padding: Double) {
    scale = axis.scale
    isReversed = axis.isReversed
    chosenTicks = axis.ticks
    if case .categories(let names) = axis.scale {
      (lower, upper) = (-0.5, max(Double(names.count), 1) - 0.5)
      return
    }
    let isLog = axis.scale == .log10
    func accepts(_ value: Double) -> Bool { Self.accepts(value, isLog: isLog) }
    if let range = axis.range, accepts(range.lowerBound), accepts(range.upperBound),
      !Self.isDegenerate(range.lowerBound, range.upperBound)
    {
      (lower, upper) = (range.lowerBound, range.upperBound)
      return
    }
    let shown = values.filter(accepts)
    guard let least = shown.min(), let greatest = shown.max() else {
      (lower, upper) = isLog ? (1, 10) : (0, 1)
      return
    }
    (lower, upper) =
      isLog ? Self.logRange(least, greatest, padding) : Self.range(least, greatest, padding)
  }

  private static func range(_ least: Double, _ greatest: Double, _ padding: Double)
    -> (Double, Double)
  {
    if isDegenerate(least, greatest) {
      let half = max(greatest.magnitude, least.magnitude) * 0.1
      return half < 1e-290 ? (-1, 1) : (least - half, greatest + half)
    }
    let margin = (greatest - least) * padding
    // Quantities that are never negative keep their zero as the edge of the drawing.
    return (
      least >= 0 ? max(0, least - margin) : least - margin,
      greatest <= 0 ? min(0, greatest + margin) : greatest + margin
    )
  }

  private static func logRange(_ least: Double, _ greatest: Double, _ padding: Double)
    -> (Double, Double)
  {
    if isDegenerate(least, greatest) { return (least / 3, greatest * 3) }
    let factor = Double.exp(Double.log(greatest / least) * padding)
    guard factor.isFinite else { return (least, greatest) }
    return (least / factor, greatest * factor)
  }

  /// Ranges too narrow for doubles to hold ticks inside.
  private static func isDegenerate(_ least: Double, _ greatest: Double) -> Bool {
    greatest - least <= max(least.magnitude, greatest.magnitude) * 1e-10
      || greatest - least < 1e-290
  }

  /// Values near the ends of the double range would overflow in differences and ratios.
  private static func accepts(_ value: Double, isLog: Bool) -> Bool {
    value.magnitude < 1e150 && (!isLog || value > 1e-150)
  }

  /// The place of a value along the axis, or nil if the scale has none for it.
  func fraction(_ value: Double) -> Double? {
    guard Self.accepts(value, isLog: scale == .log10) else { return nil }
    let place =
      scale == .log10
      ? Double.log(value / lower) / Double.log(upper / lower) : (value - lower) / (upper - lower)
    guard place.isFinite else { return nil }
    return isReversed ? 1 - place : place
  }

  /// The marks of this axis.
  var ticks: Ticks {
    if let chosenTicks {
      let shown = chosenTicks.filter {
        fraction($0).map { (-1e-9...1 + 1e-9).contains($0) } ?? false
      }
      return Ticks(
        major: shown.map { Ticks.Tick(value: $0, label: TickLabel(text: TickLabel.shortest($0))) })
    }
    switch scale {
    case .linear: return .linear(lower, upper)
    case .log10: return .logarithmic(lower, upper)
    case .categories(let names):
      return Ticks(
        major: names.enumerated().map { index, name in
          Ticks.Tick(value: Double(index), label: TickLabel(text: name))
        })
    }
  }
}
