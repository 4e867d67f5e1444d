extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// `null`.
  public init(nilLiteral: ()) { self = .null }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// An array.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// An object with its keys in the order of the literal.
  ///
  /// - Precondition: no key comes twice.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(JSONObject(elements))
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// An object with its keys in the order of the literal.
  ///
  /// - Precondition: no key comes twice.
  public init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }

  /// An object with these entries in this order.
  ///
  /// - Precondition: no key comes twice.
  public init(_ entries: some Collection<(String, JSON)>) {
    precondition(Set(entries.map(\.0)).count == entries.count, "a key comes twice in an object")
    self.init(unchecked: Array(entries))
  }
}
