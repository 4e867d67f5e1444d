import Formats

/// Numbers as people read them: one place, one style, no locale.
///
/// The sign is the typographic minus (U+2212), infinity is `∞`, and what is not a
/// number is called `undefined`. Magnitudes outside 0.001 … 999 999 use `4.27e-7`.
public enum NumberText {
  static let minus = "\u{2212}"
  static let undefined = "undefined"

  /// A number with the given count of significant digits; whole parts are never cut.
  ///
  /// `significant(0.04271)` is `0.0427`; `significant(1234.5)` is `1235`.
  public static func significant(_ value: Double, digits: Int = 3) -> String {
    precondition(digits >= 1, "\(digits) significant digits")
    if let word = nonFinite(value) { return word }
    let rounded = DecimalExpansion(value).rounded(toDigits: digits)
    if rounded.isZero { return "0" }
    let sign = rounded.isNegative ? minus : ""
    guard isPlain(rounded.exponent) else {
      return sign + scientific(rounded, power: rounded.exponent, decimals: digits - 1)
    }
    // From the unrounded number: 1234.5 in three digits must not become 1230.
    let decimals = max(0, digits - 1 - rounded.exponent)
    return sign + DecimalExpansion(value).plain(decimals: decimals)
  }

  /// A number with a fixed count of decimals.
  public static func fixed(_ value: Double, decimals: Int) -> String {
    precondition(decimals >= 0, "\(decimals) decimals")
    if let word = nonFinite(value) { return word }
    let rounded = DecimalExpansion(value).rounded(toPlace: -decimals)
    return (rounded.isNegative && !rounded.isZero ? minus : "") + rounded.plain(decimals: decimals)
  }

  /// An estimate with its standard error: `0.0427 ± 0.0003`, `(4.27 ± 0.03)e-7`.
  ///
  /// The error keeps one significant digit, or two if it starts with 1, and the
  /// value is rounded to the same place. An unknown error is said to be unknown.
  public static func estimate(_ value: Double, standardError: Double) -> String {
    guard value.isFinite else { return significant(value) }
    guard standardError.isFinite else {
      let error = standardError.isNaN ? "unknown" : "∞"
      return "\(significant(value)) ± \(error)"
    }
    let spread = DecimalExpansion(standardError.magnitude)
    guard !spread.isZero else { return "\(significant(value)) ± 0" }
    // 0.096 rounds to 0.10, so the leading digit is also judged after rounding.
    let once = spread.rounded(toDigits: 1)
    let keepsTwo = spread.leadingDigit == 1 || once.leadingDigit == 1
    let place = once.exponent - (keepsTwo ? 1 : 0)
    let center = DecimalExpansion(value).rounded(toPlace: place)
    let sign = center.isNegative && !center.isZero ? minus : ""
    let top = center.isZero ? once.exponent : max(center.exponent, once.exponent)
    if isPlain(top), place >= -6 {
      let decimals = max(0, -place)
      return "\(sign)\(center.plain(decimals: decimals)) ± \(spread.plain(decimals: decimals))"
    }
    let decimals = max(0, top - place)
    let left = center.plain(dividedByPowerOfTen: top, decimals: decimals)
    let right = spread.plain(dividedByPowerOfTen: top, decimals: decimals)
    return "(\(sign)\(left) ± \(right))e\(top)"
  }

  /// A fraction as a percentage: `percent(0.1234)` is `12.3 %`.
  public static func percent(_ fraction: Double, decimals: Int = 1) -> String {
    let number = fixed(fraction * 100, decimals: decimals)
    return fraction.isNaN ? number : number + "\u{202F}%"
  }

  /// A whole number, its thousands set apart by narrow spaces from 10 000 on.
  public static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    guard digits.utf8.count > 4 else { return (value < 0 ? minus : "") + digits }
    var text = value < 0 ? minus : ""
    for (offset, digit) in digits.enumerated() {
      if offset > 0, (digits.utf8.count - offset) % 3 == 0 { text += "\u{202F}" }
      text.append(digit)
    }
    return text
  }

  private static func isPlain(_ exponent: Int) -> Bool { (-3...5).contains(exponent) }

  private static func scientific(
    _ value: DecimalExpansion, power: Int, decimals: Int
  ) -> String {
    value.plain(dividedByPowerOfTen: power, decimals: decimals) + "e\(power)"
  }

  private static func nonFinite(_ value: Double) -> String? {
    if value.isNaN { return undefined }
    return value.isInfinite ? (value < 0 ? minus + "∞" : "∞") : nil
  }
}
