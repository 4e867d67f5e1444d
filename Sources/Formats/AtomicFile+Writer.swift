extension AtomicFile {
  /// Where the body of `AtomicFile.write` puts the content, piece by piece.
  public struct Writer: ~Copyable {
    private let file: Descriptor
    private let path: String
    private var buffer: [UInt8] = []
    private static let limit = 1 << 18

    init(_ file: consuming Descriptor, path: String) {
      self.file = file
      self.path = path
    }

    /// Appends bytes.
    public mutating func append(_ bytes: [UInt8]) throws(FormatError) { try appendRaw(bytes) }

    /// Appends a text as UTF-8.
    public mutating func append(_ text: String) throws(FormatError) {
      buffer.append(contentsOf: text.utf8)
      if buffer.count >= Self.limit { try flush() }
    }

    /// Appends numbers as little-endian float64.
    public mutating func append(_ values: [Double]) throws(FormatError) { try appendRaw(values) }

    /// Appends numbers as little-endian float32.
    public mutating func append(_ values: [Float]) throws(FormatError) { try appendRaw(values) }

    /// Appends numbers as little-endian int64.
    public mutating func append(_ values: [Int64]) throws(FormatError) { try appendRaw(values) }

    private mutating func appendRaw<T: BitwiseCopyable>(_ values: [T]) throws(FormatError) {
      if values.count * MemoryLayout<T>.stride < Self.limit - buffer.count {
        return LittleEndian.append(values, to: &buffer)
      }
      // Long pieces go out as they are: copying them first would double the memory in use.
      try flush()
      try check(unsafe values.withUnsafeBytes { unsafe file.write($0) })
    }

    /// Hands what is gathered to the system.
    mutating func flush() throws(FormatError) {
      let error = unsafe buffer.withUnsafeBytes { unsafe file.write($0) }
      buffer.removeAll(keepingCapacity: true)
      try check(error)
    }

    /// Hands everything over and waits until it is on disk.
    mutating func finish() throws(FormatError) {
      try flush()
      try check(file.synchronise())
    }

    private func check(_ error: Int32?) throws(FormatError) {
      guard let error else { return }
      throw .cannotWrite(path: path, reason: SystemError(number: error).reason)
    }
  }
}
