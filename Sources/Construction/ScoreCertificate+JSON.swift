public import Formats

extension ScoreCertificate {
  /// The certificate for files and `--json`.
  public var json: JSON {
    var entries: [(String, JSON)] = [
      ("error_bound", .number(errorBound)), ("relative_error_bound", .number(relativeErrorBound)),
      ("norm", .string(norm.rawValue)),
    ]
    if norm == .uniform {
      entries.append(("ball", .number(ball)))
      if growth.isFinite { entries.append(("growth", .number(growth))) }
    }
    entries += [
      ("score_norm", .number(scoreNorm)),
      ("terms", .object(JSONObject(terms.map { ($0.source, .number($0.bound)) }))),
    ]
    return .object(JSONObject(entries))
  }
}
