/// Files compressed with gzip.
public enum Gzip {
  /// Whether bytes begin as gzip data do.
  public static func isCompressed(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// The compressed bytes: one member without name and time, so equal input gives equal output.
  public static func compress(_ bytes: [UInt8]) -> [UInt8] { Zlib.deflate(bytes, .gzip) }

  /// What gzip data hold, all members joined; `path` names the source in errors.
  ///
  /// - Throws: `malformed` for truncated or damaged data, for anything but zeros after the last
  ///   member, and for more than `limit` bytes (4 GiB unless told) of content.
  public static func decompress(
    _ bytes: [UInt8], path: String, limit: Int = 1 << 32
  ) throws(FormatError) -> [UInt8] {
    func refuse(
      _ problem: String, _ advice: String? = nil, at place: String? = nil
    ) -> FormatError {
      .malformed(path: path, location: place, problem: problem, advice: advice)
    }
    if !isCompressed(bytes) { throw refuse("is not gzip data", "drop .gz from the name") }
    var output: [UInt8] = []
    var position = 0
    while position < bytes.count {
      // Tapes and some tools pad with zeros.
      if position > 0, bytes[position...].allSatisfy({ $0 == 0 }) { break }
      do {
        position = try Zlib.inflate(
          bytes, from: position, .gzip, into: &output, limit: limit)
      } catch {
        switch error {
        case .truncated: throw refuse("the gzip data are cut off", "copy the file again")
        case .corrupt(let reason):
          throw refuse(
            "the gzip data are damaged (\(reason))", "copy the file again",
            at: "the part from byte \(position) on")
        case .tooLong: throw refuse("decompresses to more than \(limit) bytes")
        }
      }
    }
    return output
  }
}
