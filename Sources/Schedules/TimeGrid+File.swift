public import Formats
import Mixtures
import Stability

extension TimeGrid {
  /// The `format` of grid files.
  public static let fileFormat = "flowdistill.grid/1"

  /// The grid as it stands in files.
  public var json: JSON {
    var object = JSONObject([
      ("format", .string(TimeGrid.fileFormat)), ("rule", .string(rule)),
      ("process", process.json), ("times", .numbers(times)), ("kind", .string(kind.rawValue)),
      ("segments", .integer(segmentCount)),
    ])
    if let note { object["note"] = .string(note) }
    if let sampler { object["sampler"] = .string(sampler) }
    if evaluations > 0 { object["evaluations"] = .integer(evaluations) }
    if let objective { object["objective"] = .number(objective) }
    return .object(object)
  }

  /// Decodes a grid from an object of a file.
  ///
  /// - Throws: `FormatError` that names the key that is wrong.
  public init(_ reader: JSONReader) throws(FormatError) {
    var reader = reader
    try reader.format(TimeGrid.fileFormat)
    let rule = try reader.string("rule")
    let process = try ForwardProcessFile.read(try reader.object("process"))
    let times = try reader.numbers("times")
    guard let kind = Kind(rawValue: try reader.string("kind")) else {
      throw reader.error("kind", "is unknown", advice: "use certificate or estimate")
    }
    let segments = try reader.optionalInteger("segments")
    let note = try reader.optionalString("note")
    let sampler = try reader.optionalString("sampler")
    let evaluations = try reader.optionalInteger("evaluations")
    let objective = try reader.optionalNumber("objective")
    try reader.finish()
    guard TimeGrid.isGrid(times, process), segments ?? times.count - 1 == times.count - 1 else {
      throw reader.error(
        "times", "do not make a grid", advice: "list times from the horizon down to 0")
    }
    self.init(rule: rule, process: process, times: times, kind: kind, note: note)
    self.sampler = sampler
    self.evaluations = evaluations ?? 0
    self.objective = objective
  }
}
