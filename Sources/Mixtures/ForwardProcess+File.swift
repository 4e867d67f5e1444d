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
    let type = try reader.string("type")
    guard type == "ou" else {
      throw reader.error("type", "is \"\(type)\"", advice: "use ou")
    }
    let beta = try reader.number("beta")
    let sigmaInfinity = try reader.number("sigma_inf")
    let horizon = try reader.number("horizon")
    try reader.finish()
    do {
      return try OrnsteinUhlenbeck(beta: beta, sigmaInfinity: sigmaInfinity, horizon: horizon)
    } catch {
      throw .malformed(
        path: reader.path, location: reader.location, problem: error.description, advice: nil)
    }
  }
}
