import FlowDistill

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard output for results, standard error for everything else.
enum Console {
  /// A line on standard error.
  static func error(_ line: String) {
    write("\(line)\n")
  }

  /// Text on standard error, as it is.
  static func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes { buffer in
      unsafe Foundation_write(STDERR_FILENO, buffer.baseAddress, buffer.count)
    }
  }

  /// The result of a command: JSON alone with `--json`, otherwise lines for people.
  static func result(_ json: JSON, asJSON: Bool, lines: () -> [String]) {
    if asJSON {
      print(json.text(.pretty))
    } else {
      for line in lines() { print(line) }
    }
    flushOutput()
  }

  /// Ends the process with a message if what was printed did not arrive: a full disk must not
  /// look like success.
  static func flushOutput() {
    guard fflush(nil) != 0 else { return }
    ExitStatus.exit(after: CommandError.output(reason: unsafe String(cString: strerror(errno))))
  }

  /// Whether standard error is a terminal that understands cursor movement.
  static var isTerminal: Bool {
    guard isatty(STDERR_FILENO) == 1 else { return false }
    let terminal = unsafe getenv("TERM").map { unsafe String(cString: $0) }
    return terminal != nil && terminal != "dumb"
  }

  /// The width of the terminal in columns.
  static var width: Int {
    var size = winsize()
    let ok = unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0
    return ok && size.ws_col > 20 ? Int(size.ws_col) : 80
  }
}

private func Foundation_write(
  _ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int
) -> Int {
  unsafe write(descriptor, bytes, count)
}
