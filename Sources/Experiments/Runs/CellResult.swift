public import Formats
public import Stability

/// A number that a cell gave, with its standard error, and whether it is proved.
public struct CellMeasurement: Sendable, Equatable {
  /// The name, such as `relative_mse`.
  public let name: String
  /// The number with its standard error; 0 for a certificate.
  public let estimate: Estimate
  /// Certificate or estimate.
  public let kind: Kind

  /// A measurement.
  public init(_ name: String, _ estimate: Estimate, kind: Kind = .estimate) {
    (self.name, self.estimate, self.kind) = (name, estimate, kind)
  }
}

/// What one cell gave.
public struct CellResult: Sendable, Equatable {
  /// The choices of the cell, the seed last.
  public let keys: [CellKey]
  /// What was measured.
  public let measurements: [CellMeasurement]
  /// Training steps, all segments together.
  public let steps: Int
  /// Weights and biases of all networks, shared ones once.
  public let parameters: Int
  /// Seconds of the process that finished the cell; no part of the result.
  public let seconds: Double

  /// A result.
  public init(
    keys: [CellKey], measurements: [CellMeasurement], steps: Int, parameters: Int, seconds: Double
  ) {
    self.keys = keys
    self.measurements = measurements
    self.steps = steps
    self.parameters = parameters
    self.seconds = seconds
  }

  /// The name of the cell's files.
  var name: String { keys.fileName }

  /// The value of a choice, or nil.
  public subscript(_ name: String) -> String? { keys.first { $0.name == name }?.value }

  /// What was measured under a name.
  public func measured(_ name: String) -> Estimate? {
    measurements.first { $0.name == name }?.estimate
  }

  /// Whether two results are the same but for the time they took.
  public func agrees(with other: CellResult) -> Bool {
    keys == other.keys && measurements == other.measurements && steps == other.steps
      && parameters == other.parameters
  }

  static let fileFormat = "flowdistill.cell/1"

  /// The result as it stands in an experiment's folder.
  public var json: JSON {
    [
      "format": .string(CellResult.fileFormat),
      "keys": .object(JSONObject(keys.map { ($0.name, .string($0.value)) })),
      "measurements": .array(
        measurements.map {
          [
            "name": .string($0.name), "value": .number($0.estimate.value),
            "standard_error": .number($0.estimate.standardError), "kind": .string($0.kind.rawValue),
          ]
        }),
      "steps": .integer(steps), "parameters": .integer(parameters), "seconds": .number(seconds),
    ]
  }

  /// Reads a result back.
  ///
  /// - Throws: `FormatError` that names the key that is wrong.
  public init(contentsOf path: String) throws(FormatError) {
    var reader = try JSONReader(contentsOf: path)
    try reader.format(CellResult.fileFormat)
    var keys: [CellKey] = []
    var choices = try reader.object("keys")
    for name in choices.object.entries.map(\.key) {
      keys.append(CellKey(name, try choices.string(name)))
    }
    var measurements: [CellMeasurement] = []
    for var entry in try reader.objects("measurements") {
      let kind = try entry.string("kind")
      guard let kind = Kind(rawValue: kind) else {
        throw entry.error("kind", "is \"\(kind)\"", advice: "use certificate or estimate")
      }
      measurements.append(
        CellMeasurement(
          try entry.string("name"),
          Estimate(
            value: try entry.numberOrInfinity("value"),
            standardError: try entry.numberOrInfinity("standard_error")), kind: kind))
      try entry.finish()
    }
    self.init(
      keys: keys, measurements: measurements, steps: try reader.integer("steps"),
      parameters: try reader.integer("parameters"), seconds: try reader.number("seconds"))
    try reader.finish()
  }
}
