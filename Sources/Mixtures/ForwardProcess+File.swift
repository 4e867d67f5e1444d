public import Formats

extension ForwardProcess {
  /// The process as it stands in files: its type, its parameters and its horizon.
  public var json: JSON {
    var object = JSONObject([("type", JSON.string(name))])
    for parameter in parameters { object[parameter.name] = .number(parameter.value) }
    object["horizon"] = .number(horizon)
    return .object(object)
  }
}

/// Reads processes from files.
public enum ForwardProcessFile {
  /// Decodes a process from an object of a file.
  ///
  /// - Throws: `FormatError` that names the key that is wrong.
  public static func read(_ reader: JSONReader) throws(FormatError) -> any ForwardProcess {
    var reader = reader
    let name = try reader.string("type")
    guard let type = ProcessCatalog.named(name) else {
      throw reader.error("type", "is \"\(name)\"", advice: "use \(ProcessCatalog.names)")
    }
    var parameters: [Double] = []
    for parameter in type.parameterDefaults {
      parameters.append(try reader.number(parameter.name))
    }
    let horizon = try reader.number("horizon")
    try reader.finish()
    do {
      return try type.init(parameters: parameters, horizon: horizon)
    } catch {
      throw .malformed(
        path: reader.path, location: reader.location, problem: error.description, advice: nil)
    }
  }
}
