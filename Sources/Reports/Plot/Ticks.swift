import Formats

/// Where an axis is marked.
package struct Ticks {
  /// A labelled mark.
  package struct Tick: Equatable {
    package var value: Double
    package var label: TickLabel
  }

  package var major: [Tick]
  /// Unlabelled marks between the labelled ones; on logarithmic axes only.
  package var minor: [Double] = []

  /// Four to ten multiples of 1, 2 or 5 times a power of ten, all inside the range.
  ///
  /// The largest step that gives four ticks gives at most ten: the next larger step
  /// is at most 2.5 times as wide and gives three, so the range is below ten steps.
  package static func linear(_ lower: Double, _ upper: Double) -> Ticks {
    var power = DecimalExpansion(upper - lower).exponent
    for _ in 0..<4 {
      for factor in [5, 2, 1] {
        guard let multiples = multiples(of: factor, power: power, lower, upper) else { continue }
        if multiples.count >= 4 {
          let values = multiples.map { value(of: factor * $0, power: power) }
          return Ticks(major: TickLabel.label(values, stepPower: power))
        }
      }
      power -= 1
    }
    return Ticks(major: TickLabel.label([lower, upper], stepPower: power))
  }

  /// Decades, thinned to ten at most; 1-2-5 or linear ticks where there are few decades.
  package static func logarithmic(_ lower: Double, _ upper: Double) -> Ticks {
    let powers = (-324...308).filter { power in
      let decade = value(of: 1, power: power)
      return decade >= lower && decade <= upper
    }
    if powers.count >= 3 {
      let stride = (powers.count + 7) / 8
      let shown = powers.filter { $0 % stride == 0 }
      let minor =
        stride > 1
        ? powers.filter { $0 % stride != 0 }.map { value(of: 1, power: $0) }
        : minors(lower, upper, factors: Array(2...9))
      return Ticks(major: TickLabel.label(decades: shown), minor: minor)
    }
    let values = minors(lower, upper, factors: [1, 2, 5])
    guard values.count >= 3 else { return linear(lower, upper) }
    return Ticks(
      major: TickLabel.label(mixed: values),
      minor: minors(lower, upper, factors: [3, 4, 6, 7, 8, 9]))
  }

  /// Exact to the last bit, as literals are: products of powers would drift.
  package static func value(of multiple: Int, power: Int) -> Double {
    Double("\(multiple)e\(power)") ?? 0
  }

  private static func multiples(
    of factor: Int, power: Int, _ lower: Double, _ upper: Double
  ) -> ClosedRange<Int>? {
    let step = value(of: factor, power: power)
    guard step > 0, let first = Int(exactly: (lower / step).rounded(.down)),
      let last = Int(exactly: (upper / step).rounded(.up)), last - first < 64
    else { return nil }
    // The quotients are rounded, so the ends are settled by the ticks themselves.
    let inside = (first...last).filter {
      let tick = value(of: factor * $0, power: power)
      return tick >= lower && tick <= upper
    }
    guard let least = inside.first, let greatest = inside.last else { return nil }
    return least...greatest
  }

  private static func minors(_ lower: Double, _ upper: Double, factors: [Int]) -> [Double] {
    let from = DecimalExpansion(lower).exponent
    let through = DecimalExpansion(upper).exponent
    return (from...through).flatMap { power in
      factors.map { value(of: $0, power: power) }.filter { $0 >= lower && $0 <= upper }
    }
  }
}
