/// Writes files so that a reader sees the old content or the new, never a part of it.
///
/// The bytes go to a temporary file in the same folder, are brought to disk, and the file is
/// renamed. What is no regular file (a pipe, `/dev/stdout`) is written to directly instead.
public enum AtomicFile {
  /// Writes these bytes as the whole content of a file.
  public static func write(_ bytes: [UInt8], to path: String) throws(FormatError) {
    try write(to: path) { (writer: inout Writer) throws(FormatError) in try writer.append(bytes) }
  }

  /// Writes a text as UTF-8.
  public static func write(_ text: String, to path: String) throws(FormatError) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes what `body` appends; if it throws, the old content stays.
  public static func write(
    to path: String, _ body: (inout Writer) throws(FormatError) -> Void
  ) throws(FormatError) {
    let status = try check(path)
    if status?.kind == .other {
      var writer = Writer(try open(Descriptor.writing(path), path), path: path)
      try body(&writer)
      return try writer.flush()
    }
    let target = SystemPath.resolved(path)
    let temporary = temporaryName(beside: target)
    let file = try open(Descriptor.creating(temporary), path)
    do throws(FormatError) {
      if let status { file.setPermissions(status.permissions) }
      var writer = Writer(file, path: path)
      try body(&writer)
      try writer.finish()
      if let error = SystemPath.rename(temporary, to: target) {
        throw FormatError.cannotWrite(path: path, reason: error.reason)
      }
    } catch {
      SystemPath.remove(temporary)
      throw error
    }
  }

  /// Refuses early, before long work, a path that `write` would refuse; leaves nothing behind.
  public static func checkWritable(_ path: String) throws(FormatError) { _ = try check(path) }

  /// Makes a folder and those on the way to it, where missing.
  public static func makeFolder(_ path: String) throws(FormatError) {
    if case .success(let status) = FileStatus.of(path), status.kind == .directory { return }
    let parent = SystemPath.split(path).folder
    if parent != path, parent != "." { try makeFolder(parent) }
    let error = SystemPath.makeFolder(path)
    if case .success(let status) = FileStatus.of(path), status.kind == .directory { return }
    throw .cannotWrite(path: path, reason: error?.reason ?? "it is there, but is not a folder")
  }

  private static func check(_ path: String) throws(FormatError) -> FileStatus? {
    func refuse(_ reason: String) -> FormatError { .cannotWrite(path: path, reason: reason) }
    let (folder, name) = SystemPath.split(path)
    if path.isEmpty { throw refuse("the name is empty") }
    if path.utf8.contains(0) { throw refuse("its name contains a NUL character") }
    switch FileStatus.of(folder) {
    case .failure(let error):
      throw refuse(error.isNotFound ? "the folder '\(folder)' does not exist" : error.reason)
    case .success(let status):
      if status.kind != .directory { throw refuse("'\(folder)' is not a folder") }
    }
    if name.isEmpty { throw refuse("it names a folder, not a file") }
    var known: FileStatus?
    switch FileStatus.of(path) {
    case .failure(let error):
      if !error.isNotFound { throw refuse(error.reason) }
    case .success(let status):
      if status.kind == .directory { throw refuse("it is a directory") }
      known = status
      if case .failure(let error) = SystemPath.isWritable(path, folder: false) {
        throw refuse(error.reason)
      }
      if status.kind == .other { return status }
    }
    let home = SystemPath.split(SystemPath.resolved(path)).folder
    if case .failure(let error) = SystemPath.isWritable(home, folder: true) {
      throw refuse("no file can be made in '\(home)': \(error.reason)")
    }
    return known
  }

  private static func open(
    _ result: consuming Descriptor.Result, _ path: String
  ) throws(FormatError) -> Descriptor {
    switch consume result {
    case .open(let file): return file
    case .failed(let number):
      throw .cannotWrite(path: path, reason: SystemError(number: number).reason)
    }
  }

  /// A name that is free for all practical purposes: 64 random bits; should it be taken, making
  /// the file fails and nothing is lost.
  private static func temporaryName(beside target: String) -> String {
    let tag = String(UInt64.random(in: 0 ... .max), radix: 36)
    return "\(SystemPath.split(target).folder)/.flowdistill-\(SystemPath.processNumber)-\(tag).tmp"
  }
}
