#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the system says of a path.
struct FileStatus {
  enum Kind { case regular, directory, other }
  let kind: Kind
  let size: Int
  let permissions: UInt32

  init(_ info: stat) {
    switch info.st_mode & S_IFMT {
    case S_IFREG: kind = .regular
    case S_IFDIR: kind = .directory
    default: kind = .other
    }
    size = Int(info.st_size)
    permissions = UInt32(info.st_mode & 0o777)
  }

  /// The status of a path (links are followed), or the system's error number.
  static func of(_ path: String) -> Result<FileStatus, SystemError> {
    var info = stat()
    return unsafe stat(path, &info) == 0 ? .success(FileStatus(info)) : .failure(.last)
  }
}

/// A system's error number with its sentence.
struct SystemError: Error, Equatable {
  let number: Int32

  /// The error of the system call just made.
  static var last: SystemError { SystemError(number: errno) }

  /// Whether a file or a folder on the way to it is missing.
  var isNotFound: Bool { number == ENOENT || number == ENOTDIR }

  /// The system's own words, in lower case as part of a sentence.
  var reason: String {
    guard let text = unsafe strerror(number) else { return "system error \(number)" }
    let words = unsafe String(cString: text)
    return words.prefix(1).lowercased() + words.dropFirst()
  }
}

/// The few calls on paths that replacing a file needs.
enum SystemPath {
  /// Whether this process may write there (and, for a folder, make files there).
  static func isWritable(_ path: String, folder: Bool) -> Result<Void, SystemError> {
    unsafe access(path, folder ? W_OK | X_OK : W_OK) == 0 ? .success(()) : .failure(.last)
  }

  /// Moves a file over another in one step.
  static func rename(_ old: String, to new: String) -> SystemError? {
    systemRename(old, new) == 0 ? nil : .last
  }

  /// Removes a file, if it is there.
  static func remove(_ path: String) { _ = unsafe unlink(path) }

  /// Makes one folder; nil also if something of that name is there already.
  static func makeFolder(_ path: String) -> SystemError? {
    unsafe mkdir(path, 0o777) == 0 || errno == EEXIST ? nil : .last
  }

  /// The path behind all links, or the path itself where there is nothing yet.
  static func resolved(_ path: String) -> String {
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }

  /// This process's number, for temporary names.
  static var processNumber: Int32 { getpid() }

  /// The folder of a path, and the name in it.
  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
    let folder = String(path[..<slash])
    return (folder.isEmpty ? "/" : folder, String(path[path.utf8.index(after: slash)...]))
  }
}

private func systemRename(_ old: String, _ new: String) -> Int32 { unsafe rename(old, new) }
