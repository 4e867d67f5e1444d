internal import CZlib

/// The border to zlib: whole buffers in, whole buffers out.
enum Zlib {
  /// What surrounds the compressed data.
  enum Wrapper: Int32 {
    case zlib = 15
    case gzip = 31
  }

  /// Why data could not be inflated.
  enum Failure: Error, Equatable {
    case truncated
    case corrupt(String)
    case tooLong
  }

  /// How much is inflated at a time: memory grows with what the data hold, not with what they claim.
  private static let pieceSize = 1 << 17

  /// The compressed bytes; the same bytes for the same input, as no time or name is stored.
  static func deflate(_ bytes: [UInt8], _ wrapper: Wrapper, level: Int32 = 6) -> [UInt8] {
    var stream = unsafe z_stream()
    let status = unsafe deflateInit2_(
      &stream, level, Z_DEFLATED, wrapper.rawValue, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib cannot start: \(status)")
    defer { unsafe deflateEnd(&stream) }
    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: pieceSize)
    unsafe bytes.withUnsafeBufferPointer { source in
      var given = 0
      while true {
        let part = min(source.count - given, 1 << 30)
        unsafe stream.next_in = input(source, given)
        unsafe stream.avail_in = UInt32(part)
        let isLast = given + part == source.count
        let (status, count) = unsafe step(&stream, &piece) {
          unsafe CZlib.deflate(&$0, isLast ? Z_FINISH : Z_NO_FLUSH)
        }
        precondition(status != Z_STREAM_ERROR, "zlib state")
        output += piece[..<count]
        given += part - Int(unsafe stream.avail_in)
        if status == Z_STREAM_END { return }
      }
    }
    return output
  }

  /// One compressed stream from `start` on: what it holds and where it ends.
  static func inflate(
    _ bytes: [UInt8], from start: Int, _ wrapper: Wrapper, into output: inout [UInt8], limit: Int
  ) throws(Failure) -> Int {
    var stream = unsafe z_stream()
    let status = unsafe inflateInit2_(
      &stream, wrapper.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib cannot start: \(status)")
    defer { unsafe inflateEnd(&stream) }
    var piece = [UInt8](repeating: 0, count: pieceSize)
    var position = start
    let failure: Failure? = unsafe bytes.withUnsafeBufferPointer { source in
      while true {
        let part = min(source.count - position, 1 << 30)
        unsafe stream.next_in = input(source, position)
        unsafe stream.avail_in = UInt32(part)
        let (status, count) = unsafe step(&stream, &piece) {
          unsafe CZlib.inflate(&$0, Z_NO_FLUSH)
        }
        let used = part - Int(unsafe stream.avail_in)
        position += used
        if count > limit - output.count { return .tooLong }
        output += piece[..<count]
        switch status {
        case Z_STREAM_END: return nil
        case Z_OK, Z_BUF_ERROR: if used == 0, count == 0 { return .truncated }
        case Z_NEED_DICT: return .corrupt("a preset dictionary is needed")
        default:
          return .corrupt(unsafe stream.msg.map { unsafe String(cString: $0) } ?? "bad data")
        }
      }
    }
    if let failure { throw failure }
    return position
  }

  /// The CRC-32 that PNG and gzip use.
  static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let all = Array(bytes)
    return unsafe UInt32(truncatingIfNeeded: crc32_z(0, all, all.count))
  }

  /// Where zlib reads on; it asks for a mutable pointer but only reads.
  private static func input(
    _ source: UnsafeBufferPointer<UInt8>, _ offset: Int
  ) -> UnsafeMutablePointer<UInt8>? {
    unsafe source.baseAddress.map { unsafe UnsafeMutablePointer(mutating: $0 + offset) }
  }

  /// Runs zlib once with `piece` as room for its output: the status and the bytes made.
  private static func step(
    _ stream: inout z_stream, _ piece: inout [UInt8], _ body: (inout z_stream) -> Int32
  ) -> (Int32, Int) {
    let room = piece.count
    let status = unsafe piece.withUnsafeMutableBufferPointer { target in
      unsafe stream.next_out = target.baseAddress
      unsafe stream.avail_out = UInt32(room)
      return unsafe body(&stream)
    }
    return (status, room - Int(unsafe stream.avail_out))
  }
}
