public import Formats

extension ScoreCertificate {
  /// The certificate for files and `--json`.
  public var json: JSON {
    [
      "error_bound": .number(errorBound), "relative_error_bound": .number(relativeErrorBound),
      "norm": "uniform", "ball": .number(ball), "growth": .number(growth),
      "score_norm": .number(scoreNorm),
      "terms": .object(JSONObject(terms.map { ($0.source, .number($0.bound)) })),
    ]
  }
}
