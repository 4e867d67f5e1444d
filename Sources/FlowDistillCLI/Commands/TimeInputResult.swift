import FlowDistill

/// The certificate and the measured errors of a score in time, in one norm or in all.
struct TimeInputResult {
  let score: ConstructedTimeScore
  let measured: MeasuredTimeError
  /// The places of the powers that count.
  private let powers: [Int]
  private let normName: String

  init(score: ConstructedTimeScore, measured: MeasuredTimeError, norm: String?) {
    (self.score, self.measured) = (score, measured)
    let power = norm.flatMap { ErrorNorm(rawValue: $0)?.power }
    powers = TimeScoreCertificate.powers.indices.filter {
      power == nil || TimeScoreCertificate.powers[$0] == power
    }
    normName = norm ?? "l1, l2, l4"
  }

  private var relative: Bool { score.certificate.isRelative }

  private func worst(_ values: [Double]) -> Double {
    powers.reduce(0) { max($0, values[$1]) }
  }

  private var bound: Double { worst(score.certificate.bounds) }
  private var error: Double { worst(measured.powers(\.errors, relative: relative)) }
  private var singleError: Double { worst(measured.powers(\.singleErrors, relative: relative)) }
  private var exactError: Double? {
    measured.rows.contains { $0.exactErrors.isEmpty }
      ? nil : worst(measured.powers(\.exactErrors, relative: relative))
  }

  /// The certificate with the bound of the norms that count.
  var certificate: JSON {
    guard case .object(var object) = score.certificate.json else { return .null }
    object["norm"] = .string("\(normName) over p_t, uniformly in time")
    object["error_bound"] = .number(bound)
    return .object(object)
  }

  var json: [(String, JSON)] {
    let rows = measured.rows.map { row -> JSON in
      let unit = relative ? row.norms : [1, 1, 1]
      func values(_ errors: [Double]) -> JSON {
        .array(zip(errors, unit).map { .number($0 / $1) })
      }
      return [
        "time": .number(row.time), "error": values(row.errors),
        "error_float32": values(row.singleErrors),
        "score_norm": .array(row.norms.map { .number($0) }),
      ]
    }
    var entries: [(String, JSON)] = [
      ("measured_error", .number(error)), ("measured_error_float32", .number(singleError)),
    ]
    if let exactError { entries.append(("measured_error_exact_arithmetic", .number(exactError))) }
    return entries + [
      ("measured_at", .array(rows)),
      ("rounding_dominates", .bool(error > bound)),
      ("kinds", ["certificate": "certificate", "measured_error": "estimate"]),
    ]
  }

  var lines: [String] {
    let certificate = score.certificate
    let names = ["l1", "l2", "l4"]
    var table = TextTable(
      ["t"] + powers.map { "float64 " + names[$0] } + powers.map { "float32 " + names[$0] })
    for row in measured.rows {
      let unit = relative ? row.norms : [1, 1, 1]
      table.append(
        [NumberText.significant(row.time)]
          + powers.map { NumberText.significant(row.errors[$0] / unit[$0]) }
          + powers.map { NumberText.significant(row.singleErrors[$0] / unit[$0]) })
    }
    let kind = relative ? "relative error" : "error"
    var result = ["estimates: \(kind) at samples of p_t"] + table.lines
    result += [
      "",
      "certificate: \(kind) <= \(NumberText.significant(bound)) in \(normName) over p_t for every t "
        + "in [\(certificate.times.lowerBound), \(certificate.times.upperBound)], in exact "
        + "arithmetic on the stored weights",
      "estimate: largest \(kind) found \(NumberText.significant(error)) in float64, "
        + "\(NumberText.significant(singleError)) in float32",
    ]
    for (name, error) in [("float64", error), ("float32", singleError)] where error > bound {
      result.append("warning: rounding in \(name) evaluation dominates the certified error")
    }
    if let exactError {
      result.append(
        "estimate: \(NumberText.significant(exactError)) with 32 digits, at fewer samples")
    }
    return result
  }
}
