import FlowDistill

/// Parameters of grid rules as the command line gives them.
enum RuleParameters {
  /// From texts name=value.
  static func parse(_ texts: [String]) throws -> [String: Double] {
    var result: [String: Double] = [:]
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, let value = Double(parts[1]) else {
        throw CommandError.usage("--parameter is \"\(text)\"; use name=value such as rho=7")
      }
      guard result.updateValue(value, forKey: String(parts[0])) == nil else {
        throw CommandError.usage("--parameter \(parts[0]) is given twice")
      }
    }
    return result
  }

  /// Each of them must be a parameter of one of the rules.
  static func check(_ parameters: [String: Double], of rules: [any GridRule.Type]) throws {
    for name in parameters.keys.sorted() {
      guard rules.contains(where: { $0.parameters.contains { $0.name == name } }) else {
        throw CommandError.usage("--parameter \(name) is unknown to all rules of the comparison")
      }
    }
  }
}
