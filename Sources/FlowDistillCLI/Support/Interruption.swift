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
  ///
  /// A signal that the parent told this process to ignore stays ignored (`nohup`, background jobs of
  /// scripts). One that it merely blocks is let through: launchers that start processes from a
  /// dispatch queue pass on its mask, and the run could not be stopped otherwise.
  static func watch() {
    _ = isRequested  // made before the first signal: initialising it in a handler is not safe
    var watched = sigset_t()
    unsafe sigemptyset(&watched)
    for number in [SIGINT, SIGTERM] where !isIgnored(number) {
      _ = signal(number) { received in
        Interruption.flag.store(true, ordering: .relaxed)
        _ = signal(received, SIG_DFL)
      }
      unsafe sigaddset(&watched, number)
    }
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &watched, nil)
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    let before = signal(number, SIG_IGN)
    _ = signal(number, before)
    return unsafe unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
