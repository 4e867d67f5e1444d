/// Reads whole files, pipes and devices into memory.
public enum FileReader {
  /// All bytes of a file.
  ///
  /// - Throws: `notFound`, or `cannotRead` for a folder, a missing permission, an error of the
  ///   system, or more than `limit` bytes (16 GiB unless told).
  public static func bytes(_ path: String, limit: Int = 1 << 34) throws(FormatError) -> [UInt8] {
    func refuse(_ reason: String) -> FormatError { .cannotRead(path: path, reason: reason) }
    if path.utf8.contains(0) { throw refuse("its name contains a NUL character") }
    let file: Descriptor
    switch Descriptor.reading(path) {
    case .open(let opened): file = opened
    case .failed(let number):
      let error = SystemError(number: number)
      if error.isNotFound { throw .notFound(path: path) }
      throw refuse(error.reason)
    }
    guard let status = file.status else { throw refuse(SystemError.last.reason) }
    if status.kind == .directory { throw refuse("it is a directory") }
    let tooLong = "it has more than \(limit) bytes"
    if status.kind == .regular, status.size > limit { throw refuse(tooLong) }

    // One byte more than a regular file's size lets the read that finds the end find room.
    let first = status.kind == .regular ? status.size + 1 : 1 << 16
    var buffer = [UInt8](repeating: 0, count: first)
    var count = 0
    while true {
      if count > limit { throw refuse(tooLong) }
      if count == buffer.count {
        buffer.append(contentsOf: repeatElement(0, count: max(count, 1 << 16)))
      }
      guard let got = file.read(into: &buffer, from: count) else {
        throw refuse(SystemError.last.reason)
      }
      if got == 0 { break }
      count += got
    }
    buffer.removeLast(buffer.count - count)
    return buffer
  }
}
