import Formats

/// The lines of `metrics.jsonl`, kept in memory and written whole with each checkpoint.
struct Metrics {
  private struct Line {
    let segment: Int
    let step: Int
    let text: String
  }

  private let path: String
  private var lines: [Line] = []

  /// The metrics of a folder, with the lines that an earlier process wrote.
  init(_ folder: RunFolder) {
    path = folder.file("metrics.jsonl")
    // A missing or damaged record costs its lines, never the run.
    guard let bytes = try? FileReader.bytes(path) else { return }
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let json = try? JSON.parse(Array(line), path: path),
        var reader = try? JSONReader(json, path: path),
        let segment = try? reader.integer("segment"), let step = try? reader.integer("step")
      else { continue }
      lines.append(Line(segment: segment, step: step, text: json.text(.compact)))
    }
  }

  /// Drops what was recorded after the point from which training goes on.
  mutating func forget(segment: Int, from step: Int) {
    lines.removeAll { ($0.segment, $0.step) > (segment, step) }
  }

  mutating func record(segment: Int, step: Int, loss: Double, rate: Double) {
    let json: JSON = [
      "segment": .integer(segment), "step": .integer(step), "loss": .number(loss),
      "learning_rate": .number(rate),
    ]
    lines.append(Line(segment: segment, step: step, text: json.text(.compact)))
  }

  func write() throws(FormatError) {
    try AtomicFile.write(lines.map { $0.text + "\n" }.joined(), to: path)
  }
}
