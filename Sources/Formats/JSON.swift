/// A JSON value; objects keep the order of their keys.
///
/// A number without point and exponent that fits is an `integer`, any other is a `number`; both
/// survive writing and reading bit for bit.
public enum JSON: Sendable, Equatable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A number; infinite ones are written as the strings "infinity" and "-infinity".
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSON])
  /// An object.
  case object(JSONObject)

  /// An array of numbers.
  public static func numbers(_ values: some Sequence<Double>) -> JSON {
    .array(values.map(JSON.number))
  }

  /// An array of whole numbers.
  public static func integers(_ values: some Sequence<Int>) -> JSON {
    .array(values.map(JSON.integer))
  }

  /// An array of strings.
  public static func strings(_ values: some Sequence<String>) -> JSON {
    .array(values.map(JSON.string))
  }

  /// A word for messages: "a number", "an array", ...
  var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a truth value"
    case .integer, .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// The keys and values of a JSON object, in order; every key is there once.
public struct JSONObject: Sendable, Equatable {
  /// One key with its value.
  public struct Entry: Sendable, Equatable {
    /// The key.
    public let key: String
    /// Its value.
    public fileprivate(set) var value: JSON
  }

  /// The entries in order.
  public private(set) var entries: [Entry] = []

  /// An object without entries.
  public init() {}

  /// An object whose entries the caller knows to have different keys.
  init(unchecked entries: [(String, JSON)]) {
    self.entries = entries.map { Entry(key: $0.0, value: $0.1) }
  }

  /// The value of a key; setting a new key appends it, setting nil removes it.
  ///
  /// Takes time in proportion to the number of keys.
  public subscript(key: String) -> JSON? {
    get { entries.first { $0.key == key }?.value }
    set {
      let index = entries.firstIndex { $0.key == key }
      switch (index, newValue) {
      case (let index?, let value?): entries[index].value = value
      case (let index?, nil): entries.remove(at: index)
      case (nil, let value?): entries.append(Entry(key: key, value: value))
      case (nil, nil): break
      }
    }
  }

  /// The keys in order.
  public var keys: [String] { entries.map(\.key) }
}
