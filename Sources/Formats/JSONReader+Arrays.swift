public import Arrays

extension JSONReader {
  /// An array of finite numbers, of a given length if one is given.
  public mutating func numbers(
    _ key: String, count: Int? = nil
  ) throws(FormatError) -> [Double] {
    try numbers(value(key), key, count: count)
  }

  /// An array of numbers that may be infinite, each then "infinity" or "-infinity".
  public mutating func numbersOrInfinity(_ key: String) throws(FormatError) -> [Double] {
    var result: [Double] = []
    for (i, element) in try elements(value(key), key).enumerated() {
      result.append(try numberOrInfinity(element, "\(key)[\(i)]"))
    }
    return result
  }

  /// An array of whole numbers.
  public mutating func integers(_ key: String) throws(FormatError) -> [Int] {
    var result: [Int] = []
    for (i, element) in try elements(value(key), key).enumerated() {
      result.append(try integer(element, "\(key)[\(i)]"))
    }
    return result
  }

  /// An array of strings.
  public mutating func strings(_ key: String) throws(FormatError) -> [String] {
    var result: [String] = []
    for (i, element) in try elements(value(key), key).enumerated() {
      result.append(try string(element, "\(key)[\(i)]"))
    }
    return result
  }

  /// A matrix: an array of at least one row, all rows of the same length, at least one number long.
  public mutating func matrix(_ key: String) throws(FormatError) -> Matrix<Double> {
    try matrix(value(key), key)
  }

  /// An array of at least one matrix, all of the same shape.
  public mutating func tensor3(_ key: String) throws(FormatError) -> [Matrix<Double>] {
    var result: [Matrix<Double>] = []
    for (i, element) in try elements(value(key), key).enumerated() {
      let next = try matrix(element, "\(key)[\(i)]")
      if let first = result.first, (first.rows, first.columns) != (next.rows, next.columns) {
        throw error(
          "\(key)[\(i)]", "is \(next.rows) x \(next.columns)",
          advice: "\(key)[0] is \(first.rows) x \(first.columns), and all must have one shape")
      }
      result.append(next)
    }
    if result.isEmpty { throw error(key, "is empty", advice: "give at least one matrix") }
    return result
  }

  /// The reader of an object inside this one; call its `finish()` too.
  public mutating func object(_ key: String) throws(FormatError) -> JSONReader {
    try JSONReader(value(key), path: path, location: place(key))
  }

  /// The reader of an object inside this one, or nil if the key is missing or null.
  public mutating func optionalObject(_ key: String) throws(FormatError) -> JSONReader? {
    has(key) ? try object(key) : nil
  }

  /// The numbers of a key, or nil if the key is missing or null.
  public mutating func optionalNumbers(_ key: String) throws(FormatError) -> [Double]? {
    has(key) ? try numbers(key) : nil
  }

  /// The readers of an array of objects.
  public mutating func objects(_ key: String) throws(FormatError) -> [JSONReader] {
    var result: [JSONReader] = []
    for (i, element) in try elements(value(key), key).enumerated() {
      result.append(try JSONReader(element, path: path, location: place("\(key)[\(i)]")))
    }
    return result
  }

  private func elements(_ json: JSON, _ place: String) throws(FormatError) -> [JSON] {
    if case .array(let elements) = json { return elements }
    throw error(place, "is \(json.kind)", advice: "give an array")
  }

  private func numbers(
    _ json: JSON, _ place: String, count: Int? = nil
  ) throws(FormatError) -> [Double] {
    let elements = try elements(json, place)
    if let count, elements.count != count {
      throw error(place, "has \(elements.count) numbers", advice: "give \(count)")
    }
    var result: [Double] = []
    result.reserveCapacity(elements.count)
    for (i, element) in elements.enumerated() {
      switch element {
      case .number(let value) where value.isFinite: result.append(value)
      default: result.append(try number(element, "\(place)[\(i)]"))
      }
    }
    return result
  }

  private func matrix(_ json: JSON, _ place: String) throws(FormatError) -> Matrix<Double> {
    let rows = try elements(json, place)
    if rows.isEmpty { throw error(place, "is empty", advice: "give at least one row") }
    var values: [Double] = []
    var columns: Int?
    for (i, row) in rows.enumerated() {
      let next = try numbers(row, "\(place)[\(i)]")
      if next.isEmpty { throw error("\(place)[\(i)]", "is empty", advice: "give numbers") }
      if let columns, next.count != columns {
        throw error(
          "\(place)[\(i)]", "has \(next.count) numbers",
          advice: "the rows before it have \(columns)")
      }
      columns = next.count
      values += next
    }
    return Matrix(rows: rows.count, columns: columns ?? 0, elements: values)
  }
}
