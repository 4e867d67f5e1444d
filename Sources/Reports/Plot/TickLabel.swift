import Formats

/// A tick's text: a decimal, perhaps times a raised power of ten.
package struct TickLabel: Equatable {
  package var text: String
  /// The power of ten shown raised after `text`, if any.
  package var power: Int?

  package var width: Double {
    let raised = power.map { TextMetrics.width(Self.signed($0), size: TickLabel.size * 0.75) } ?? 0
    return TextMetrics.width(text, size: TickLabel.size) + raised
  }

  /// The content of a `<text>` element.
  var markup: String {
    guard let power else { return Markup.escape(text) }
    return Markup.escape(text)
      + "<tspan dy=\"-4.5\" font-size=\"\(Markup.coordinate(Self.size * 0.75))\">"
      + "\(Self.signed(power))</tspan>"
  }

  static let size = 12.0

  private static func signed(_ value: Int) -> String {
    value < 0 ? "\(NumberText.minus)\(-value)" : "\(value)"
  }

  /// A number as short as it can be without loss to six digits.
  static func shortest(_ value: Double) -> String {
    var text = NumberText.significant(value, digits: 6)
    guard text.contains("."), !text.contains("e") else { return text }
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// One style for a whole axis: plain decimals if they are short, otherwise all
  /// ticks share one power of ten.
  static func label(_ values: [Double], stepPower: Int) -> [Ticks.Tick] {
    let top = values.map { DecimalExpansion($0) }.filter { !$0.isZero }.map(\.exponent).max() ?? 0
    return values.map { value in
      if value == 0 { return Ticks.Tick(value: value, label: TickLabel(text: "0")) }
      let digits = DecimalExpansion(value)
      let sign = digits.isNegative ? NumberText.minus : ""
      if (-3...4).contains(top) {
        let text = sign + digits.plain(decimals: max(0, -stepPower))
        return Ticks.Tick(value: value, label: TickLabel(text: text))
      }
      let text = digits.plain(dividedByPowerOfTen: top, decimals: max(0, top - stepPower))
      return Ticks.Tick(value: value, label: TickLabel(text: "\(sign)\(text)×10", power: top))
    }
  }

  /// Decades: `0.01 … 1000` as decimals if none lies outside, otherwise as powers.
  static func label(decades: [Int]) -> [Ticks.Tick] {
    let isPlain = decades.allSatisfy { (-3...3).contains($0) }
    return decades.map { power in
      let value = Ticks.value(of: 1, power: power)
      let label =
        isPlain
        ? TickLabel(text: DecimalExpansion(value).plain(decimals: max(0, -power)))
        : TickLabel(text: "10", power: power)
      return Ticks.Tick(value: value, label: label)
    }
  }

  /// Ticks 1, 2, 5 in a decade or two: each as short as it can be.
  static func label(mixed values: [Double]) -> [Ticks.Tick] {
    let isPlain = values.allSatisfy { (-4...4).contains(DecimalExpansion($0).exponent) }
    return values.map { value in
      let digits = DecimalExpansion(value)
      let label =
        isPlain
        ? TickLabel(text: digits.plain(decimals: max(0, -digits.exponent)))
        : TickLabel(text: "\(digits.leadingDigit)×10", power: digits.exponent)
      return Ticks.Tick(value: value, label: label)
    }
  }
}
