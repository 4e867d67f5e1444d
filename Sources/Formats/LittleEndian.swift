#if _endian(big)
  #error("numbers are copied as they lie in memory, which must be little-endian")
#endif

/// Numbers as bytes and back: all the binary formats here are little-endian, as is the machine.
enum LittleEndian {
  /// The values whose bytes lie in `range`.
  ///
  /// - Precondition: `range` is inside `bytes` and holds whole values.
  static func values<T: BitwiseCopyable>(
    _ bytes: [UInt8], _ range: Range<Int>, as type: T.Type
  ) -> [T] {
    let stride = MemoryLayout<T>.stride
    precondition(
      range.lowerBound >= 0 && range.upperBound <= bytes.count && range.count % stride == 0,
      "bytes \(range) of \(bytes.count) as values of \(stride) bytes")
    let count = range.count / stride
    return unsafe [T](unsafeUninitializedCapacity: count) { buffer, initialized in
      unsafe bytes.withUnsafeBytes { source in
        let part = unsafe UnsafeRawBufferPointer(rebasing: source[range])
        unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: part)
      }
      initialized = count
    }
  }

  /// Appends the bytes of `values`.
  static func append<T: BitwiseCopyable>(_ values: [T], to bytes: inout [UInt8]) {
    unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  /// The unsigned number in the `count` bytes from `start` on; nil if there are too few.
  static func unsigned(_ bytes: [UInt8], at start: Int, count: Int) -> UInt64? {
    guard start >= 0, count <= 8, bytes.count >= count, start <= bytes.count - count else {
      return nil
    }
    return bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
