extension JSONReader {
  /// Reads the key `format`, which must be this name with its version.
  public mutating func format(_ expected: String) throws(FormatError) {
    let found = try string("format")
    if found == expected { return }
    throw error("format", "\(found.quoted) is not known here", advice: "expected '\(expected)'")
  }

  /// A finite number.
  public mutating func number(_ key: String) throws(FormatError) -> Double {
    try number(value(key), key)
  }

  /// A number that may be infinite: the strings "infinity" and "-infinity" count.
  public mutating func numberOrInfinity(_ key: String) throws(FormatError) -> Double {
    try numberOrInfinity(value(key), key)
  }

  /// A whole number (`3` or `3.0`).
  public mutating func integer(_ key: String) throws(FormatError) -> Int {
    try integer(value(key), key)
  }

  /// A string.
  public mutating func string(_ key: String) throws(FormatError) -> String {
    try string(value(key), key)
  }

  /// A truth value.
  public mutating func bool(_ key: String) throws(FormatError) -> Bool {
    if case .bool(let result) = try value(key) { return result }
    throw error(key, "is \(object[key]?.kind ?? "missing")", advice: "write true or false")
  }

  /// A finite number, or nil if the key is missing or null.
  public mutating func optionalNumber(_ key: String) throws(FormatError) -> Double? {
    has(key) ? try number(key) : nil
  }

  /// A whole number, or nil if the key is missing or null.
  public mutating func optionalInteger(_ key: String) throws(FormatError) -> Int? {
    has(key) ? try integer(key) : nil
  }

  /// A string, or nil if the key is missing or null.
  public mutating func optionalString(_ key: String) throws(FormatError) -> String? {
    has(key) ? try string(key) : nil
  }

  /// A truth value, or nil if the key is missing or null.
  public mutating func optionalBool(_ key: String) throws(FormatError) -> Bool? {
    has(key) ? try bool(key) : nil
  }

  func number(_ json: JSON, _ place: String) throws(FormatError) -> Double {
    switch json {
    case .integer(let value): return Double(value)
    case .number(let value) where value.isFinite: return value
    default: throw error(place, "is \(json.kind)", advice: "give a finite number")
    }
  }

  func numberOrInfinity(_ json: JSON, _ place: String) throws(FormatError) -> Double {
    switch json {
    case .string("infinity"): return .infinity
    case .string("-infinity"): return -.infinity
    case .number(let value) where !value.isNaN: return value
    case .integer(let value): return Double(value)
    default: throw error(place, "is \(json.kind)", advice: "give a number or \"infinity\"")
    }
  }

  func integer(_ json: JSON, _ place: String) throws(FormatError) -> Int {
    switch json {
    case .integer(let value): return value
    case .number(let value):
      if let exact = Int(exactly: value) { return exact }
      throw error(place, "is \(value)", advice: "give a whole number of at most 64 bits")
    default: throw error(place, "is \(json.kind)", advice: "give a whole number")
    }
  }

  func string(_ json: JSON, _ place: String) throws(FormatError) -> String {
    if case .string(let value) = json { return value }
    throw error(place, "is \(json.kind)", advice: "give a string")
  }
}
