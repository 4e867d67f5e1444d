public import Formats
import Stability

extension Evaluation {
  /// The evaluation as `evaluate --json` prints it.
  public var json: JSON {
    let values: JSON = [
      "relative_mse": .number(relativeError.value),
      "standard_error": .number(relativeError.standardError),
      "negative_log_likelihood": JSON(negativeLogLikelihood?.value),
      "negative_log_likelihood_standard_error": JSON(negativeLogLikelihood?.standardError),
      "teacher_negative_log_likelihood": JSON(teacherNegativeLogLikelihood?.value),
      "teacher_negative_log_likelihood_standard_error": JSON(
        teacherNegativeLogLikelihood?.standardError),
      "samples": .integer(sampleCount), "teacher_error_estimate": .number(teacherError),
      "budget_defect": .number(budgetDefect),
      "segments": .array(segments.map(\.json)),
      "kinds": [
        "relative_mse": "estimate", "negative_log_likelihood": "estimate",
        "local_error": "estimate", "measured_amplification": "estimate", "share": "estimate",
        "amplification_ratio": "estimate",
        "certified_amplification": "certificate",
      ],
    ]
    guard case .object(var object) = values else { return values }
    object["warning"] = warning.map(JSON.string)
    if let quality { object["data"] = quality.json }
    if relativeError.standardError.isInfinite {
      object["reason"] = "one sample says nothing of its own scatter: standard errors are infinite"
    }
    return .object(object)
  }

  /// Reads an evaluation back from the file of a run folder.
  ///
  /// - Throws: `FormatError` that names the key that is wrong.
  public init(contentsOf path: String) throws(FormatError) {
    var reader = try JSONReader(contentsOf: path)
    func estimate(
      _ key: String, error errorKey: String? = nil
    ) throws(FormatError) -> Estimate {
      Estimate(
        value: try reader.number(key),
        // The error of a single sample is infinite.
        standardError: try reader.numberOrInfinity(errorKey ?? "\(key)_standard_error"))
    }
    func likelihood(_ key: String) throws(FormatError) -> Estimate? {
      guard reader.has(key) else {
        _ = reader.has("\(key)_standard_error")
        return nil
      }
      return try estimate(key)
    }
    var segments: [SegmentBudget] = []
    for var segment in try reader.objects("segments") {
      segments.append(try SegmentBudget(&segment))
    }
    self.init(
      relativeError: try estimate("relative_mse", error: "standard_error"),
      negativeLogLikelihood: try likelihood("negative_log_likelihood"),
      teacherNegativeLogLikelihood: try likelihood("teacher_negative_log_likelihood"),
      segments: segments, budgetDefect: try reader.number("budget_defect"),
      sampleCount: try reader.integer("samples"),
      teacherError: try reader.number("teacher_error_estimate"))
    if reader.has("data") { quality = try SampleQuality(try reader.object("data")) }
    _ = try reader.object("kinds")
    _ = try reader.optionalString("warning")
    _ = try reader.optionalString("reason")
    try reader.finish()
  }
}

extension SegmentBudget {
  /// The segment as `evaluate --json` prints it.
  var json: JSON {
    var object = JSONObject([
      ("from", .number(from)), ("to", .number(to)), ("local_error", .number(localError)),
      ("local_relative_mse", .number(localRelativeError.value)),
      ("local_relative_mse_standard_error", .number(localRelativeError.standardError)),
      ("measured_amplification", .number(measuredAmplification)),
      ("certified_amplification", JSON(certifiedAmplification)),
      ("amplification_ratio", JSON(amplificationRatio)), ("share", .number(share)),
    ])
    if certifiedAmplification == nil {
      object["reason"] = "a learned field has no certificate, or certificates were left out"
    } else if certifiedAmplification == .infinity {
      object["reason"] =
        "the velocity has no finite Lipschitz bound, or the exponential exceeds the largest float64"
    }
    return .object(object)
  }

  init(_ reader: inout JSONReader) throws(FormatError) {
    self.init(
      from: try reader.number("from"), to: try reader.number("to"),
      localError: try reader.number("local_error"),
      localRelativeError: Estimate(
        value: try reader.number("local_relative_mse"),
        standardError: try reader.numberOrInfinity("local_relative_mse_standard_error")),
      measuredAmplification: try reader.number("measured_amplification"),
      certifiedAmplification: reader.has("certified_amplification")
        ? try reader.numberOrInfinity("certified_amplification") : nil,
      share: try reader.number("share"))
    // Derived from the two; files of earlier versions lack it.
    if reader.has("amplification_ratio") {
      _ = try reader.numberOrInfinity("amplification_ratio")
    }
    _ = try reader.optionalString("reason")
    try reader.finish()
  }
}

extension JSON {
  /// A number, or null where there is none.
  fileprivate init(_ value: Double?) { self = value.map { .number($0) } ?? .null }
}
