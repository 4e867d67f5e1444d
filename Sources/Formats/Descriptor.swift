#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An open file that closes itself; the only place, with `FileStatus`, that talks to the system.
struct Descriptor: ~Copyable {
  private let number: Int32

  /// Opens a file for reading, or gives the system's error number.
  static func reading(_ path: String) -> Result {
    make(unsafe open(path, O_RDONLY | O_CLOEXEC))
  }

  /// Makes a file that must not exist yet; the process's mask narrows the permissions.
  static func creating(_ path: String) -> Result {
    make(unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644))
  }

  /// Opens something that is not a regular file (a pipe, a terminal) for writing.
  static func writing(_ path: String) -> Result {
    make(unsafe open(path, O_WRONLY | O_CLOEXEC))
  }

  /// An open file or the system's error number.
  enum Result: ~Copyable {
    case open(Descriptor)
    case failed(Int32)
  }

  private static func make(_ number: Int32) -> Result {
    number >= 0 ? .open(Descriptor(number: number)) : .failed(errno)
  }

  private init(number: Int32) { self.number = number }

  deinit { _ = close(number) }

  /// What kind of file this is, and its size.
  var status: FileStatus? {
    var info = stat()
    return unsafe fstat(number, &info) == 0 ? FileStatus(info) : nil
  }

  /// Reads into `buffer` from index `start` on: the number of bytes (0 at the end), or nil.
  func read(into buffer: inout [UInt8], from start: Int) -> Int? {
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { all in
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: all[start...])
        return unsafe systemRead(number, rest.baseAddress, rest.count)
      }
      if count >= 0 { return count }
      if errno != EINTR { return nil }
    }
  }

  /// Writes all bytes; nil if that worked, else the system's error number.
  func write(_ bytes: UnsafeRawBufferPointer) -> Int32? {
    var done = 0
    while done < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = unsafe systemWrite(number, rest.baseAddress, rest.count)
      if count > 0 { done += count }
      if count < 0, errno != EINTR { return errno }
    }
    return nil
  }

  /// Waits until the content is on disk; nil if that worked.
  func synchronise() -> Int32? { fsync(number) == 0 ? nil : errno }

  /// Gives the file these permissions.
  func setPermissions(_ mode: UInt32) { _ = fchmod(number, mode_t(mode)) }
}

private func systemRead(_ fd: Int32, _ base: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  unsafe read(fd, base, count)
}

private func systemWrite(_ fd: Int32, _ base: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(fd, base, count)
}
