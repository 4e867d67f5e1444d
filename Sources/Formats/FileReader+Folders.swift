#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension FileReader {
  /// The names of the folders in a folder, sorted; hidden ones are left out.
  ///
  /// - Throws: `notFound`, or `cannotRead` for a file or a missing permission.
  public static func folders(in path: String) throws(FormatError) -> [String] {
    try names(in: path, of: .directory)
  }

  /// The names of the files in a folder that end in `.` and the given extension, sorted; hidden ones
  /// are left out.
  ///
  /// - Throws: `notFound`, or `cannotRead` for a file or a missing permission.
  public static func files(
    in path: String, withExtension suffix: String
  ) throws(FormatError) -> [String] {
    try names(in: path, of: .regular).filter { $0.hasSuffix("." + suffix) }
  }

  /// Whether the path is a folder.
  public static func isFolder(_ path: String) -> Bool {
    guard case .success(let status) = FileStatus.of(path) else { return false }
    return status.kind == .directory
  }

  private static func names(
    in path: String, of kind: FileStatus.Kind
  ) throws(FormatError) -> [String] {
    guard let folder = unsafe opendir(path) else {
      let error = SystemError.last
      throw error.isNotFound && !exists(path)
        ? .notFound(path: path) : .cannotRead(path: path, reason: error.reason)
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
          unsafe String(cString: $0)
        }
      }
      guard !name.hasPrefix("."), case .success(let status) = FileStatus.of("\(path)/\(name)"),
        status.kind == kind
      else { continue }
      names.append(name)
    }
    return names.sorted()
  }
}
