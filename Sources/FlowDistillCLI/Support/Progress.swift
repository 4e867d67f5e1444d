import FlowDistill
import Logging

/// Progress of long work: one line that renews itself on a terminal, a plain log line every ten
/// seconds elsewhere.
struct Progress {
  private let title: String
  private let total: Int
  private let logger = Logger(label: "flowdistill") { StreamLogHandler.standardError(label: $0) }
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var lastShown: ContinuousClock.Instant
  private var firstCount: Int?
  private let terminal = Console.isTerminal

  init(_ title: String, total: Int) {
    self.title = title
    self.total = total
    start = clock.now
    lastShown = start
  }

  /// Shows that `done` of the total are done, if it is time to.
  mutating func show(_ done: Int, _ detail: @autoclosure () -> String = "") {
    if firstCount == nil { firstCount = done - 1 }
    let now = clock.now
    guard now - lastShown >= (terminal ? .milliseconds(100) : .seconds(10)) else { return }
    lastShown = now
    let line = text(done, detail(), now)
    if terminal {
      Console.write("\r\u{1B}[K" + String(line.prefix(Console.width - 1)))
    } else {
      logger.info("\(line)")
    }
  }

  /// Clears the line.
  func finish() {
    if terminal { Console.write("\r\u{1B}[K") }
  }

  private func text(_ done: Int, _ detail: String, _ now: ContinuousClock.Instant) -> String {
    let seconds = (now - start) / .seconds(1)
    let rate = Double(done - (firstCount ?? 0)) / max(seconds, 1e-9)
    let left = rate > 0 ? Double(total - done) / rate : .infinity
    let percent = total > 0 ? 100 * done / total : 100
    var line = "\(title) \(done)/\(total) (\(percent) %), \(NumberText.significant(rate))/s"
    if left.isFinite { line += ", \(durationText(left)) left" }
    return detail.isEmpty ? line : line + ", " + detail
  }
}

/// Seconds as people say them: 42 s, 3 min 20 s, 1 h 5 min.
func durationText(_ seconds: Double) -> String {
  let s = Int(min(max(seconds, 0), 1e9).rounded())
  if s < 60 { return "\(s) s" }
  if s < 3600 { return "\(s / 60) min \(s % 60) s" }
  return "\(s / 3600) h \(s % 3600 / 60) min"
}
