#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Refuses work that cannot fit, before the allocation that would end the process.
enum Memory {
  /// The machine's memory in bytes.
  static let total = Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))

  /// Checks that `bytes` fit; `what` names the options that ask for them.
  ///
  /// - Throws: a usage error with both sizes.
  static func check(_ bytes: Double, for what: String) throws {
    guard bytes <= total else {
      throw CommandError.usage(
        "\(what) needs about \(gigabytes(bytes)) GB of memory; this machine has \(gigabytes(total))"
      )
    }
  }

  /// Checks that `count` rows of `columns` float64 fit, several times over where a command keeps
  /// more than one such matrix.
  static func check(rows count: Int, _ columns: Int, matrices: Int, option: String) throws {
    try check(
      8 * Double(count) * Double(columns) * Double(matrices), for: "\(option) \(count)")
  }

  private static func gigabytes(_ bytes: Double) -> String {
    let value = (bytes / 1e9).rounded(.up)
    return value < 1e15 ? "\(Int(value))" : "\(value)"
  }
}
