internal import Arrays

/// Reads the lines of a table.
struct CSVReader {
  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  /// The line being read, from 1.
  private var row = 0
  private var separator = UInt8(ascii: ",")

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  mutating func table() throws(FormatError) -> CSV.Table {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw refuse("is UTF-16 text", "save it as UTF-8")
    }
    var header: [String]?
    var columns: Int?
    var values: [Double] = []
    var blank: Int?
    while let line = nextLine() {
      if bytes[line].allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
        blank = blank ?? row
        continue
      }
      if let blank {
        throw refuse("is blank", "only the last lines may be", row: blank)
      }
      if row == 1 {
        let line = withoutHash(line)
        separator = findSeparator(line)
        header = try self.header(line)
        columns = header?.count
        if header != nil { continue }
      }
      let before = values.count
      try appendFields(of: line, to: &values)
      let count = values.count - before
      if let columns, count != columns {
        throw refuse(
          "has \(count) \(count == 1 ? "field" : "fields")", "the lines before it have \(columns)",
          row: row)
      }
      columns = count
    }
    guard let columns, !values.isEmpty else {
      throw refuse("holds no samples", "give one sample a line")
    }
    let matrix = Matrix(rows: values.count / columns, columns: columns, elements: values)
    return CSV.Table(header: header, values: matrix)
  }

  /// The next line without its end, or nil when there is none.
  private mutating func nextLine() -> Range<Int>? {
    if position >= bytes.count { return nil }
    row += 1
    let start = position
    while position < bytes.count, bytes[position] != 0x0A { position += 1 }
    var end = position
    position += 1
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    return start..<end
  }

  /// The first line without the `#` that `numpy.savetxt` puts before a header.
  private func withoutHash(_ line: Range<Int>) -> Range<Int> {
    guard bytes[line].first == UInt8(ascii: "#") else { return line }
    let start = bytes[line].dropFirst().firstIndex { $0 != 0x20 } ?? line.upperBound
    return start..<line.upperBound
  }

  /// A semicolon or tab wins over a comma, which may then be a decimal mark (and is refused).
  private func findSeparator(_ line: Range<Int>) -> UInt8 {
    var inQuotes = false
    var plain: Set<UInt8> = []
    for byte in bytes[line] {
      if byte == 0x22 { inQuotes.toggle() }
      if !inQuotes { plain.insert(byte) }
    }
    return [UInt8(ascii: ";"), 0x09, UInt8(ascii: ","), 0x20].first(where: plain.contains)
      ?? UInt8(ascii: ",")
  }

  /// The names on the first line, or nil if it is a sample.
  ///
  /// A line that mixes words and numbers is refused: a misspelt first sample must not get lost.
  private func header(_ line: Range<Int>) throws(FormatError) -> [String]? {
    let fields = try fields(line)
    let words = fields.indices.filter { !isNumber(fields[$0]) }
    if words.isEmpty { return nil }
    if words.count == fields.count {
      if let j = fields.firstIndex(where: \.isEmpty) {
        throw refuse(
          "a column has no name", "name it, or leave the column out (pandas: index=False)",
          row: row, column: j)
      }
      return fields.map { field in
        var name = String(decoding: bytes[field], as: UTF8.self)
        if field.lowerBound > line.lowerBound, bytes[field.lowerBound - 1] == 0x22 {
          name = name.split(separator: "\"\"", omittingEmptySubsequences: false)
            .joined(separator: "\"")
        }
        return name
      }
    }
    throw notANumber(fields[words[0]], column: words[0])
  }

  private mutating func appendFields(
    of line: Range<Int>, to values: inout [Double]
  ) throws(FormatError) {
    var column = 0
    var start = line.lowerBound
    while let field = try nextField(&start, line.upperBound, column) {
      guard let value = DecimalNumber.value(bytes, field), value.isFinite else {
        throw notANumber(field, column: column)
      }
      values.append(value)
      column += 1
    }
  }

  private func fields(_ line: Range<Int>) throws(FormatError) -> [Range<Int>] {
    var fields: [Range<Int>] = []
    var start = line.lowerBound
    while let field = try nextField(&start, line.upperBound, fields.count) { fields.append(field) }
    return fields
  }

  /// The field at `start` without blanks and quotes; nil past the end.
  ///
  /// Moves `start` on, to `end + 1` behind the last field.
  private func nextField(
    _ start: inout Int, _ end: Int, _ column: Int
  ) throws(FormatError) -> Range<Int>? {
    if start > end { return nil }
    var low = start
    while low < end, isBlank(bytes[low]) { low += 1 }
    if low < end, bytes[low] == 0x22 {
      var close = low + 1
      while close < end, bytes[close] != 0x22 || (close + 1 < end && bytes[close + 1] == 0x22) {
        close += bytes[close] == 0x22 ? 2 : 1
      }
      var after = close + 1
      while after < end, isBlank(bytes[after]) { after += 1 }
      if close >= end || (after < end && bytes[after] != separator && separator != 0x20) {
        throw refuse("a quoted field does not end", "close the quotes", row: row, column: column)
      }
      start = separator == 0x20 && after < end ? after : after + 1
      return low + 1..<close
    }
    var high = low
    while high < end, bytes[high] != separator { high += 1 }
    start = high + 1
    if separator == 0x20 {
      // Runs of spaces separate once, and those at the end not at all.
      while start < end, bytes[start] == 0x20 { start += 1 }
      if start >= end { start = end + 1 }
    }
    while high > low, isBlank(bytes[high - 1]) { high -= 1 }
    return low..<high
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (byte == 0x09 && separator != 0x09)
  }

  /// Whether a field on the first line is meant as a number: it is one, or stands for a lost one.
  private func isNumber(_ field: Range<Int>) -> Bool {
    DecimalNumber.value(bytes, field) != nil || isNotFinite(field)
  }

  private func isNotFinite(_ field: Range<Int>) -> Bool {
    var word = String(decoding: bytes[field], as: UTF8.self).lowercased()
    if word.hasPrefix("-") || word.hasPrefix("+") { word.removeFirst() }
    return ["nan", "inf", "infinity"].contains(word)
  }

  private func notANumber(_ field: Range<Int>, column: Int) -> FormatError {
    let text = String(decoding: bytes[field], as: UTF8.self)
    if field.isEmpty {
      return refuse("a field is empty", "give a number", row: row, column: column)
    }
    if isNotFinite(field) || DecimalNumber.value(bytes, field) != nil {
      return refuse(
        "\(text.quoted) is not a finite number", "remove or mend the line", row: row,
        column: column)
    }
    let advice =
      if text.utf8.contains(0x0D) {
        "end lines with line feeds, not carriage returns"
      } else if text.contains(",") {
        "use a point as decimal mark"
      } else {
        "a header has words only, a sample numbers"
      }
    return refuse("\(text.quoted) is not a number", advice, row: row, column: column)
  }

  private func refuse(
    _ problem: String, _ advice: String, row: Int? = nil, column: Int? = nil
  ) -> FormatError {
    let place = row.map { "row \($0)" + (column.map { ", column \($0 + 1)" } ?? "") }
    return .malformed(path: path, location: place, problem: problem, advice: advice)
  }
}
