public import Arrays

/// Tables of numbers as text, one sample a line.
///
/// Fields are separated by commas, semicolons, tabs or runs of spaces (found from the first line)
/// and may be quoted. A first line of words is the header.
public enum CSV {
  /// What a file holds.
  public struct Table: Sendable, Equatable {
    /// The names of the columns, if the file has a header.
    public let header: [String]?
    /// The numbers, one sample a row.
    public let values: Matrix<Double>

    /// The column of this name, or nil.
    public func column(_ name: String) -> [Double]? {
      guard let j = header?.firstIndex(of: name) else { return nil }
      return (0..<values.rows).map { values[$0, j] }
    }
  }

  /// Reads a file, also one compressed with gzip.
  public static func read(_ path: String) throws(FormatError) -> Table {
    let bytes = try FileReader.bytes(path)
    return try parse(
      Gzip.isCompressed(bytes) ? Gzip.decompress(bytes, path: path) : bytes, path: path)
  }

  /// Reads a table from text; `path` names the source in errors, whose rows are lines from 1.
  ///
  /// - Throws: `malformed` for rows of different lengths, anything that is not a finite number,
  ///   and a file without samples.
  public static func parse(_ bytes: [UInt8], path: String) throws(FormatError) -> Table {
    var reader = CSVReader(bytes: bytes, path: path)
    return try reader.table()
  }

  /// The text of a table; numbers have the fewest digits that read back as the same bits.
  ///
  /// - Precondition: a header has as many names as there are columns.
  public static func bytes(_ values: Matrix<Double>, header: [String]? = nil) -> [UInt8] {
    precondition(
      header.map { $0.count == values.columns } ?? true,
      "a header of \(header?.count ?? 0) names for \(values.columns) columns")
    var output = header.map { Array((line($0)).utf8) } ?? []
    for i in 0..<values.rows {
      for j in 0..<values.columns {
        if j > 0 { output.append(UInt8(ascii: ",")) }
        output.append(contentsOf: "\(values[i, j])".utf8)
      }
      output.append(0x0A)
    }
    return output
  }

  /// Replaces a file by a table, compressed if the name ends in `.gz`.
  ///
  /// - Precondition: a header has as many names as there are columns.
  public static func write(
    _ values: Matrix<Double>, header: [String]? = nil, to path: String
  ) throws(FormatError) {
    let text = bytes(values, header: header)
    try AtomicFile.write(path.lowercased().hasSuffix(".gz") ? Gzip.compress(text) : text, to: path)
  }

  /// The text of a table of words, quoted where needed.
  public static func text(header: [String], rows: [[String]]) -> String {
    line(header) + rows.map(line).joined()
  }

  /// Quotes also what the reader might take for a separator or a comment.
  private static let special = Set("\",;\t #\n\r".utf8)

  private static func line(_ fields: [String]) -> String {
    fields.map { field in
      let isPlain = field.utf8.allSatisfy { !special.contains($0) }
      if isPlain { return field }
      let parts = field.split(separator: "\"", omittingEmptySubsequences: false)
      return "\"" + parts.joined(separator: "\"\"") + "\""
    }.joined(separator: ",") + "\n"
  }
}
