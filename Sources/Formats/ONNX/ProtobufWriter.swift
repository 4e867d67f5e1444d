/// Writes messages in the wire format of Protocol Buffers: fields of numbers and of bytes.
///
/// The two field types that ONNX files need beside these, packed lists and maps, it writes as their
/// unpacked equals, which every reader accepts.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  /// An integer field (varint); negative numbers take ten bytes.
  mutating func integer(_ field: Int, _ value: Int) {
    varint(UInt64(field) << 3)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// A field of bytes.
  mutating func bytes(_ field: Int, _ value: [UInt8]) {
    varint(UInt64(field) << 3 | 2)
    varint(UInt64(value.count))
    bytes += value
  }

  /// A field of text as UTF-8.
  mutating func text(_ field: Int, _ value: String) { bytes(field, Array(value.utf8)) }

  /// A field that is a message itself.
  mutating func message(_ field: Int, _ body: (inout ProtobufWriter) -> Void) {
    var inner = ProtobufWriter()
    body(&inner)
    bytes(field, inner.bytes)
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
