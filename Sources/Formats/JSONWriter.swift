/// How JSON is laid out.
public enum JSONLayout: Sendable {
  /// Everything on one line, without spaces.
  case compact
  /// Two spaces a level; arrays of scalars on one line.
  case pretty
}

extension JSON {
  /// The value as text, without a newline at the end.
  ///
  /// Doubles have the fewest digits that read back as the same bits; infinite ones become the
  /// strings "infinity" and "-infinity".
  ///
  /// - Precondition: no number is NaN.
  public func text(_ layout: JSONLayout = .pretty, sortedKeys: Bool = false) -> String {
    String(decoding: bytes(layout, sortedKeys: sortedKeys), as: UTF8.self)
  }

  /// The value as UTF-8 text, without a newline at the end.
  ///
  /// - Precondition: no number is NaN.
  public func bytes(_ layout: JSONLayout = .pretty, sortedKeys: Bool = false) -> [UInt8] {
    var writer = JSONWriter(isPretty: layout == .pretty, sortedKeys: sortedKeys)
    writer.append(self, indent: 0)
    return writer.output
  }

  /// Replaces a file by this value and a newline.
  public func write(
    to path: String, _ layout: JSONLayout = .pretty, sortedKeys: Bool = false
  ) throws(FormatError) {
    try AtomicFile.write(bytes(layout, sortedKeys: sortedKeys) + [0x0A], to: path)
  }

  fileprivate var isScalar: Bool {
    switch self {
    case .array(let elements): elements.isEmpty
    case .object(let object): object.entries.isEmpty
    default: true
    }
  }
}

private struct JSONWriter {
  let isPretty: Bool
  let sortedKeys: Bool
  var output: [UInt8] = []

  mutating func append(_ json: JSON, indent: Int) {
    switch json {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .integer(let value): append("\(value)")
    case .number(let value): append(value)
    case .string(let value): appendQuoted(value)
    case .array(let elements):
      let onOneLine = elements.allSatisfy(\.isScalar)
      append("[")
      for (i, element) in elements.enumerated() {
        if i > 0 { append(onOneLine && isPretty ? ", " : ",") }
        if !onOneLine { newLine(indent + 1) }
        append(element, indent: indent + 1)
      }
      if !onOneLine { newLine(indent) }
      append("]")
    case .object(let object):
      let entries = sortedKeys ? object.entries.sorted { $0.key < $1.key } : object.entries
      append("{")
      for (i, entry) in entries.enumerated() {
        if i > 0 { append(",") }
        newLine(indent + 1)
        appendQuoted(entry.key)
        append(isPretty ? ": " : ":")
        append(entry.value, indent: indent + 1)
      }
      if !entries.isEmpty { newLine(indent) }
      append("}")
    }
  }

  private mutating func append(_ text: String) { output.append(contentsOf: text.utf8) }

  private mutating func append(_ value: Double) {
    precondition(!value.isNaN, "NaN cannot be written as JSON")
    if value.isInfinite {
      append(value < 0 ? "\"-infinity\"" : "\"infinity\"")
    } else {
      append("\(value)")
    }
  }

  private mutating func newLine(_ indent: Int) {
    if !isPretty { return }
    output.append(0x0A)
    output.append(contentsOf: repeatElement(0x20, count: 2 * indent))
  }

  private mutating func appendQuoted(_ text: String) {
    append("\"")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case UInt8(ascii: "\n"): append("\\n")
      case UInt8(ascii: "\r"): append("\\r")
      case UInt8(ascii: "\t"): append("\\t")
      case 0..<0x20: append((byte < 16 ? "\\u000" : "\\u00") + String(byte, radix: 16))
      default: output.append(byte)
      }
    }
    append("\"")
  }
}
