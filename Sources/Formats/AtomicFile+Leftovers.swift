#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension AtomicFile {
  /// Removes the temporary files that killed processes left in a folder.
  ///
  /// Those of processes that still run stay.
  public static func removeLeftovers(in folder: String) {
    for name in SystemPath.names(in: folder)
    where name.hasPrefix(".flowdistill-") && name.hasSuffix(".tmp") {
      let parts = name.split(separator: "-")
      guard parts.count == 3, let process = Int32(parts[1]), process > 0,
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      SystemPath.remove(folder + "/" + name)
    }
  }
}

extension SystemPath {
  /// The names in a folder; none if it cannot be read.
  static func names(in folder: String) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      names.append(name)
    }
    return names
  }
}
