import FlowDistill
import Foundation

/// Output that arrives at once, also through a pipe.
enum Console {
  static func print(_ text: String) {
    try? FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
  }

  static func note(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
  }

  /// The processor, the number of threads and the BLAS, for results.
  static var machine: JSON {
    let lines =
      (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
      .split(separator: "\n") ?? []
    let model = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
    return [
      "processor": .string(
        model.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"),
      "processors": .integer(Parallel.processorCount), "threads": .integer(Parallel.threadCount),
      "blas": .string(BLAS.description),
      "clock": .string(Stopwatch.countsProcessor ? "processor" : "wall"),
      "date": .string(String(ISO8601DateFormatter().string(from: Date()).prefix(10))),
    ]
  }
}
