/// The shortest decimal expansion of a finite number, to be rounded as people round.
///
/// It starts from Swift's `description`, which is the same on every platform and
/// in every locale and reads back to the same number. Rounding that text, rather
/// than multiplying by powers of ten, is what makes golden files possible.
package struct DecimalExpansion {
  package let isNegative: Bool
  /// Digits from the most significant one; none for zero.
  private var digits: [UInt8] = []
  /// Power of ten of the first digit.
  package private(set) var exponent = 0

  package var isZero: Bool { digits.isEmpty }
  package var leadingDigit: UInt8 { digits.first ?? 0 }

  package init(_ value: Double) {
    precondition(value.isFinite, "no decimal expansion of \(value)")
    isNegative = value < 0
    guard value != 0 else { return }
    let parts = value.magnitude.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".")
    let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    digits = mantissa.joined().utf8.map { $0 - 48 }
    exponent = mantissa[0].utf8.count - 1 + power
    let leadingZeros = digits.prefix { $0 == 0 }.count
    digits.removeFirst(leadingZeros)
    exponent -= leadingZeros
  }

  /// Rounded to a multiple of 10^place, halves away from zero.
  package func rounded(toPlace place: Int) -> DecimalExpansion {
    let keep = exponent - place + 1
    guard keep < digits.count else { return self }
    var result = self
    guard keep >= 0 else {
      result.digits = []
      result.exponent = 0
      return result
    }
    let roundsUp = digits[keep] >= 5
    result.digits.removeLast(digits.count - keep)
    if roundsUp { result.addOneInLastPlace() }
    while result.digits.last == 0 { result.digits.removeLast() }
    if result.digits.isEmpty { result.exponent = 0 }
    return result
  }

  /// Rounded to `count` significant digits.
  package func rounded(toDigits count: Int) -> DecimalExpansion {
    rounded(toPlace: exponent - count + 1)
  }

  private mutating func addOneInLastPlace() {
    var index = digits.count - 1
    while index >= 0, digits[index] == 9 {
      digits[index] = 0
      index -= 1
    }
    if index >= 0 {
      digits[index] += 1
    } else {
      digits.insert(1, at: 0)
      exponent += 1
    }
  }

  private func digit(at place: Int) -> UInt8 {
    let index = exponent - place
    return digits.indices.contains(index) ? digits[index] : 0
  }

  /// Digits of the magnitude with a fixed number of decimals, like `0.0427`.
  package func plain(decimals: Int) -> String {
    let value = rounded(toPlace: -decimals)
    var bytes: [UInt8] = []
    for place in stride(from: max(value.exponent, 0), through: -decimals, by: -1) {
      if place == -1 { bytes.append(UInt8(ascii: ".")) }
      bytes.append(48 + value.digit(at: place))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The magnitude divided by 10^power, with a fixed number of decimals.
  package func plain(dividedByPowerOfTen power: Int, decimals: Int) -> String {
    var shifted = self
    if !isZero { shifted.exponent -= power }
    return shifted.plain(decimals: decimals)
  }
}

extension DecimalExpansion {
  /// Scientific notation with two digits or more in the exponent, as C's `%.{decimals}e`.
  package static func scientific(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return "\(value)" }
    let rounded = DecimalExpansion(value).rounded(toDigits: decimals + 1)
    let power = rounded.exponent.magnitude
    return (rounded.isNegative ? "-" : "")
      + rounded.plain(dividedByPowerOfTen: rounded.exponent, decimals: decimals)
      + (rounded.exponent < 0 ? "e-" : "e+") + (power < 10 ? "0" : "") + "\(power)"
  }
}
