import FlowDistill

/// What `--rule list`, `--sampler list` and `--export list` print.
struct GridLists {
  let json: JSON
  let lines: [String]

  /// The list that is asked for; nil if none is.
  init?(rule: String?, sampler: String?, export: String?) {
    if rule == "list" {
      self.init(json: GridLists.rulesJSON, lines: GridLists.ruleLines)
    } else if sampler == "list" {
      self.init(FewStepSamplers.all.map { ($0.name, $0.summary) })
    } else if export == "list" {
      self.init(GridExports.all.map { ($0.name, $0.summary) })
    } else {
      return nil
    }
  }

  private init(_ entries: [(name: String, summary: String)]) {
    let width = entries.map { $0.name.count }.max() ?? 0
    self.init(
      json: .array(
        entries.map { ["name": .string($0.name), "summary": .string($0.summary)] }),
      lines: entries.map { GridLists.padded($0.name, width) + "   " + $0.summary })
  }

  private init(json: JSON, lines: [String]) { (self.json, self.lines) = (json, lines) }

  private static var rulesJSON: JSON {
    .array(
      GridRules.all.map { rule in
        [
          "name": .string(rule.name), "summary": .string(rule.summary),
          "family": .string(rule.family.rawValue),
          "parameters": .array(
            rule.parameters.map {
              [
                "name": .string($0.name), "value": .number($0.value),
                "summary": .string($0.summary),
              ]
            }),
        ]
      })
  }

  private static var ruleLines: [String] {
    let width = GridRules.all.map { $0.name.count }.max() ?? 0
    var lines: [String] = []
    for family in GridFamily.allCases {
      let rules = GridRules.all.filter { $0.family == family }
      if !rules.isEmpty { lines.append("\(family.rawValue):") }
      for rule in rules {
        lines.append("  \(padded(rule.name, width))   \(rule.summary)")
        for parameter in rule.parameters {
          let value = Int(exactly: parameter.value).map { "\($0)" } ?? "\(parameter.value)"
          lines.append(
            "  \(padded("", width))     \(parameter.name)=\(value): \(parameter.summary)")
        }
      }
    }
    return lines
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: width - text.count)
  }
}
