import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Notices SIGINT and SIGTERM so that long work can save itself before it ends.
enum Interruption {
  private static let flag = Atomic<Bool>(false)

  /// Whether a signal has arrived since `watch`.
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Starts noticing; a second signal ends the process at once.
  static func watch() {
    _ = isRequested  // made before the first signal: initialising it in a handler is not safe
    for number in [SIGINT, SIGTERM] {
      _ = signal(number) { received in
        Interruption.flag.store(true, ordering: .relaxed)
        _ = signal(received, SIG_DFL)
      }
    }
  }
}
