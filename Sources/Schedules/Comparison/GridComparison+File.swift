public import Formats
import Mixtures
import ProbabilityFlow
import Stability

extension GridComparison {
  /// The comparison as `compare-grids --json` prints it.
  public var json: JSON {
    var object = JSONObject([
      ("process", plan.process.json), ("end", .number(plan.end)),
      ("samples", .integer(plan.samples)), ("seed", .string(String(plan.seed))),
      ("rules", .strings(plan.rules.map { $0.name })),
      ("samplers", .strings(plan.samplers.map { $0.name })),
      ("segments", .integers(plan.segments)),
    ])
    if !plan.parameters.isEmpty {
      object["parameters"] = .object(
        JSONObject(plan.parameters.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) }))
    }
    if let oracle = plan.oracle { object["oracle"] = .string(oracle.name) }
    object["cases"] = .array(cases.map(\.json))
    object["means"] = .array(means.map(\.json))
    object["kinds"] = .object(
      JSONObject(
        [
          "relative_mse", "times_oracle", "sliced_wasserstein", "sliced_wasserstein_floor",
          "energy_distance", "negative_log_likelihood", "excess_negative_log_likelihood",
          "exact_negative_log_likelihood", "teacher_error_estimate",
        ].map { ($0, "estimate") }))
    return .object(object)
  }

  /// The cells as a table, one a line, for spreadsheets and scripts.
  public var csv: String {
    let measures = GridMeasurement.measures.map(\.name) + ["times_oracle"]
    var header = ["mixture", "sampler", "segments", "rule", "evaluations"]
    header += measures.flatMap { [$0, "\($0)_standard_error"] }
    header += ["construction_evaluations", "construction_seconds", "note"]
    return CSV.text(
      header: header,
      rows: cases.flatMap { entry in entry.cells.map { [entry.subject.name] + $0.fields } })
  }
}

extension JSONObject {
  fileprivate mutating func set(_ key: String, _ estimate: Estimate) {
    self[key] = .number(estimate.value)
    self["\(key)_standard_error"] = .number(estimate.standardError)
  }
}

extension CaseComparison {
  fileprivate var json: JSON {
    var object = JSONObject([
      ("mixture", .string(subject.name)),
      ("components", .integer(subject.mixture.componentCount)),
      ("dimension", .integer(subject.mixture.dimension)),
      ("teacher_error_estimate", .number(reference.teacherError)),
    ])
    object.set("exact_negative_log_likelihood", reference.negativeLogLikelihood)
    object.set("sliced_wasserstein_floor", reference.wassersteinFloor)
    object["cells"] = .array(cells.map(\.json))
    return .object(object)
  }
}

extension ComparisonCell {
  /// The cell's fields in the table, but for the mixture; what is missing is empty.
  fileprivate var fields: [String] {
    var fields = [sampler, "\(segments)", rule, evaluations.map(String.init) ?? ""]
    for (_, value) in GridMeasurement.measures { fields += text(measurement.map(value)) }
    fields += text(timesOracle)
    return fields + [
      grid.map { "\($0.evaluations)" } ?? "", "\(constructionSeconds)", note ?? "",
    ]
  }

  private func text(_ estimate: Estimate?) -> [String] {
    estimate.map { ["\($0.value)", "\($0.standardError)"] } ?? ["", ""]
  }

  fileprivate var json: JSON {
    var object = JSONObject([
      ("sampler", .string(sampler)), ("segments", .integer(segments)), ("rule", .string(rule)),
    ])
    object["evaluations"] = evaluations.map(JSON.integer)
    if let measurement {
      for (name, value) in GridMeasurement.measures { object.set(name, value(measurement)) }
    }
    if let timesOracle { object.set("times_oracle", timesOracle) }
    if let grid {
      object["times"] = .numbers(grid.times)
      object["construction_evaluations"] = .integer(grid.evaluations)
    }
    object["construction_seconds"] = .number(constructionSeconds)
    object["note"] = note.map(JSON.string)
    return .object(object)
  }
}

extension RuleMean {
  fileprivate var json: JSON {
    var object = JSONObject([
      ("sampler", .string(sampler)), ("rule", .string(rule)), ("cells", .integer(count)),
      ("out_of", .integer(outOf)),
    ])
    if let timesOracle { object.set("times_oracle", timesOracle) }
    return .object(object)
  }
}
