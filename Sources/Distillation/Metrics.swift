import Formats

/// A line of `metrics.jsonl`: where training stood after a step.
public struct TrainingRecord: Sendable, Equatable {
  /// The segment, from 0.
  public let segment: Int
  /// Steps taken in it.
  public let step: Int
  /// The loss of that step's batch, the mean squared error of the network's outputs.
  public let loss: Double
  /// The learning rate of that step.
  public let learningRate: Double

  var json: JSON {
    [
      "segment": .integer(segment), "step": .integer(step), "loss": .number(loss),
      "learning_rate": .number(learningRate),
    ]
  }
}

/// The lines of `metrics.jsonl`, kept in memory and written whole with each checkpoint.
struct Metrics {
  private(set) var records: [TrainingRecord] = []
  private let path: String

  /// The metrics of a folder, with the lines that an earlier process wrote.
  init(_ folder: RunFolder) {
    path = folder.file("metrics.jsonl")
    // A missing or damaged record costs its lines, never the run.
    guard let bytes = try? FileReader.bytes(path) else { return }
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let json = try? JSON.parse(Array(line), path: path),
        var reader = try? JSONReader(json, path: path),
        let segment = try? reader.integer("segment"), let step = try? reader.integer("step"),
        let loss = try? reader.number("loss"), let rate = try? reader.number("learning_rate")
      else { continue }
      records.append(
        TrainingRecord(segment: segment, step: step, loss: loss, learningRate: rate))
    }
  }

  /// Drops what was recorded after the point from which training goes on.
  mutating func forget(segment: Int, from step: Int) {
    records.removeAll { ($0.segment, $0.step) > (segment, step) }
  }

  mutating func append(_ record: TrainingRecord) { records.append(record) }

  func write() throws(FormatError) {
    try AtomicFile.write(records.map { $0.json.text(.compact) + "\n" }.joined(), to: path)
  }
}

extension RunFolder {
  /// What training recorded so far; empty if nothing is readable.
  public var trainingRecords: [TrainingRecord] { Metrics(self).records }
}
