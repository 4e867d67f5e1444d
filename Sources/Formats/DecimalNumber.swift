/// Decimal numbers in text, rounded correctly to the nearest `Double`.
enum DecimalNumber {
  /// The value of all of `bytes[range]`: `[+-] digits [. digits] [e [+-] digits]`, where the
  /// digits on one side of the point may be missing; nil for anything else.
  ///
  /// A number beyond the largest finite one becomes infinite.
  static func value(_ bytes: [UInt8], _ range: Range<Int>) -> Double? {
    var i = range.lowerBound
    let end = range.upperBound
    var mantissa: UInt64 = 0
    var exponent = 0
    var isExact = true
    var digits = 0
    let isNegative = i < end && bytes[i] == UInt8(ascii: "-")
    if isNegative || (i < end && bytes[i] == UInt8(ascii: "+")) { i += 1 }

    /// Takes digits; those that no longer fit leave the value to the slow path.
    func takeDigits(_ shift: Int) {
      while i < end, case let digit = bytes[i] &- 48, digit <= 9 {
        if mantissa <= 900_719_925_474_098 {
          mantissa = mantissa * 10 + UInt64(digit)
          exponent += shift
        } else {
          isExact = false
        }
        digits += 1
        i += 1
      }
    }
    takeDigits(0)
    if i < end, bytes[i] == UInt8(ascii: ".") {
      i += 1
      takeDigits(-1)
    }
    if digits == 0 { return nil }
    if i < end, bytes[i] | 0x20 == UInt8(ascii: "e") {
      i += 1
      let down = i < end && bytes[i] == UInt8(ascii: "-")
      if down || (i < end && bytes[i] == UInt8(ascii: "+")) { i += 1 }
      if i == end { return nil }
      var power = 0
      while i < end, case let digit = bytes[i] &- 48, digit <= 9 {
        power = min(power * 10 + Int(digit), 1 << 20)
        i += 1
      }
      exponent += down ? -power : power
    }
    if i != end { return nil }

    // Both factors are exact, so the one operation rounds once (Clinger, 1990).
    if isExact, abs(exponent) < powersOfTen.count {
      let m = Double(mantissa)
      let value = exponent < 0 ? m / powersOfTen[-exponent] : m * powersOfTen[exponent]
      return isNegative ? -value : value
    }
    return Double(String(decoding: bytes[range], as: UTF8.self))
  }

  /// The powers of ten that `Double` holds exactly.
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}
