extension JSONParser {
  /// The string that begins at the quote at the position.
  mutating func string() throws(FormatError) -> String {
    position += 1
    var start = position
    var result = ""
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        try append(start..<position, to: &result)
        position += 1
        return result
      case UInt8(ascii: "\\"):
        try append(start..<position, to: &result)
        result.unicodeScalars.append(try escape())
        start = position
      case 0..<0x20:
        throw error("a control character stands in a string", advice: "escape it, as in \\n")
      default:
        position += 1
      }
    }
    throw error("the text ends inside a string")
  }

  private mutating func append(_ range: Range<Int>, to result: inout String) throws(FormatError) {
    if range.isEmpty { return }
    guard let part = String(validating: bytes[range], as: UTF8.self) else {
      position = range.lowerBound
      throw error("a string is not valid UTF-8", advice: "save the file as UTF-8")
    }
    result += part
  }

  private mutating func escape() throws(FormatError) -> Unicode.Scalar {
    position += 1
    guard let byte = next else { throw error("the text ends inside a string") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default:
      position -= 2
      throw error("an unknown escape stands in a string", advice: "write \\\\ for a backslash")
    }
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    if first < 0xDC00, next == UInt8(ascii: "\\"), position + 1 < bytes.count,
      bytes[position + 1] == UInt8(ascii: "u")
    {
      position += 2
      let second = try codeUnit()
      if (0xDC00..<0xE000).contains(second),
        let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
      {
        return scalar
      }
    }
    throw error("half of a surrogate pair stands alone in a string")
  }

  private mutating func codeUnit() throws(FormatError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("\\u is not followed by four hexadecimal digits")
      }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }

  /// The number that begins at the position.
  mutating func number() throws(FormatError) -> JSON {
    let start = position
    let isNegative = next == UInt8(ascii: "-")
    if isNegative { position += 1 }
    let first = position
    if next == UInt8(ascii: "I") { throw notFinite() }
    if skipDigits() == 0 { throw unexpected("a digit") }
    if bytes[first] == UInt8(ascii: "0"), position > first + 1 {
      position = start
      throw error("a number begins with a needless zero", advice: "leave it out")
    }
    let whole = first..<position
    var isWhole = true
    if next == UInt8(ascii: ".") {
      isWhole = false
      position += 1
      if skipDigits() == 0 { throw unexpected("a digit after the decimal point") }
    }
    if let byte = next, byte | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      if skipDigits() == 0 { throw unexpected("a digit in the exponent") }
    }
    // Minus zero has no integer; whole numbers beyond 18 digits may not fit one.
    if isWhole, whole.count <= 18, !(isNegative && bytes[first] == UInt8(ascii: "0")) {
      let magnitude = bytes[whole].reduce(0) { $0 * 10 + Int($1 - 48) }
      return .integer(isNegative ? -magnitude : magnitude)
    }
    if isWhole, let exact = Int(String(decoding: bytes[start..<position], as: UTF8.self)),
      exact != 0
    {
      return .integer(exact)
    }
    guard let value = DecimalNumber.value(bytes, start..<position), value.isFinite else {
      position = start
      throw error(
        "a number is beyond the largest double",
        advice: "write an infinite value as the string \"infinity\"")
    }
    return .number(value)
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while let byte = next, byte &- 48 <= 9 { position += 1 }
    return position - start
  }

  /// `true`, `false` or `null`.
  mutating func word() throws(FormatError) -> JSON {
    let words: [(StaticString, JSON)] = [
      ("true", .bool(true)), ("false", .bool(false)), ("null", .null),
    ]
    for (word, value) in words where bytes[position...].starts(with: "\(word)".utf8) {
      position += word.utf8CodeUnitCount
      return value
    }
    for word in ["NaN", "nan", "Infinity", "inf"]
    where bytes[position...].starts(with: word.utf8) {
      throw notFinite()
    }
    throw unexpected("a value")
  }

  private func notFinite() -> FormatError {
    error(
      "NaN and Infinity are not JSON",
      advice: "give a finite number, or the string \"infinity\" where one is allowed")
  }

  /// An error at the position, which says what was found and what was expected.
  func unexpected(_ expected: String) -> FormatError {
    guard let byte = next else { return error("the text ends where \(expected) should be") }
    let found =
      byte < 0x80
      ? String(Character(Unicode.Scalar(byte))).quoted : "the byte 0x" + String(byte, radix: 16)
    return error("\(found) stands where \(expected) should be")
  }

  /// An error at the position.
  func error(_ problem: String, advice: String? = nil) -> FormatError {
    let before = bytes[..<min(position, bytes.count)]
    let line = before.count { $0 == 0x0A } + 1
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    // Bytes that continue a character do not count.
    let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
    return .malformed(
      path: path, location: "line \(line), column \(column)", problem: problem, advice: advice)
  }
}
