extension JSON {
  /// Reads one JSON value from bytes, strictly by RFC 8259; `path` names the source in errors.
  ///
  /// - Throws: `malformed` with line and column: also for a repeated key, a number beyond the
  ///   largest finite one, invalid UTF-8, and values nested deeper than 128 levels.
  public static func parse(_ bytes: [UInt8], path: String) throws(FormatError) -> JSON {
    var parser = JSONParser(bytes: bytes, path: path)
    return try parser.document()
  }

  /// Reads the one JSON value of a file.
  public static func read(_ path: String) throws(FormatError) -> JSON {
    try parse(FileReader.bytes(path), path: path)
  }
}

/// A recursive-descent parser; strings and numbers are in `JSONParser+Scalars.swift`.
struct JSONParser {
  let bytes: [UInt8]
  let path: String
  var position = 0
  private var depth = 0

  /// Deep enough for any data, shallow enough for the smallest stack of a thread (512 KiB on
  /// macOS; a level takes about 1.6 KiB).
  static let maximumDepth = 128

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  mutating func document() throws(FormatError) -> JSON {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw error("begins with a byte order mark", advice: "save as UTF-8 without it")
    }
    let result = try value()
    skipSpace()
    if position < bytes.count {
      throw error("more text follows the JSON value", advice: "a file holds one value")
    }
    return result
  }

  private mutating func value() throws(FormatError) -> JSON {
    skipSpace()
    guard let byte = next else { throw error("the text ends where a value should be") }
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["): return try nested(byte)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: return try word()
    }
  }

  /// The object or array that begins with this bracket.
  private mutating func nested(_ bracket: UInt8) throws(FormatError) -> JSON {
    if depth == Self.maximumDepth {
      throw error("values are nested deeper than \(Self.maximumDepth) levels")
    }
    depth += 1
    position += 1
    let result = bracket == UInt8(ascii: "{") ? try object() : try array()
    depth -= 1
    return result
  }

  private mutating func array() throws(FormatError) -> JSON {
    var elements: [JSON] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array([]) }
    while true {
      elements.append(try value())
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(elements) }
      if !take(UInt8(ascii: ",")) { throw unexpected("',' or ']'") }
    }
  }

  private mutating func object() throws(FormatError) -> JSON {
    var entries: [(String, JSON)] = []
    var seen: Set<String> = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(JSONObject()) }
    while true {
      skipSpace()
      if next != UInt8(ascii: "\"") { throw unexpected("a key in double quotes") }
      let start = position
      let key = try string()
      if !seen.insert(key).inserted {
        position = start
        throw error("the key \(key.quoted) comes twice in one object", advice: "keep one of them")
      }
      skipSpace()
      if !take(UInt8(ascii: ":")) { throw unexpected("':'") }
      entries.append((key, try value()))
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(JSONObject(unchecked: entries)) }
      if !take(UInt8(ascii: ",")) { throw unexpected("',' or '}'") }
    }
  }

  /// The byte at the position, or nil at the end.
  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }
}
