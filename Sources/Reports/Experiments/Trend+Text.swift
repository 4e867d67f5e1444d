import Experiments
import Stability

extension Trend {
  /// "falls at each step from 1 to 16, by a factor of 3.2 in all".
  var text: String {
    let ends = "from \(steps[0].from) to \(steps[steps.count - 1].to)"
    let each = steps.count > 1 ? " at each step" : ""
    let total = steps.count > 1 ? " in all" : ""
    switch direction {
    case .falls: return "falls\(each) \(ends), by a factor of \(factor(first / last))\(total)"
    case .rises: return "rises\(each) \(ends), by a factor of \(factor(last / first))\(total)"
    case .level: return "does not change beyond two standard errors \(ends)"
    case nil:
      let parts = [Direction.falls, .rises, .level].compactMap { direction -> String? in
        let own = steps.filter { $0.direction == direction }
        guard !own.isEmpty else { return nil }
        return direction.text + " " + own.map { "from \($0.from) to \($0.to)" }.list
      }
      return "is no plain trend \(ends): it \(parts.list)"
    }
  }

  private func factor(_ value: Double) -> String { NumberText.significant(value, digits: 2) }
}

extension Trend.Direction {
  fileprivate var text: String {
    switch self {
    case .falls: "falls"
    case .rises: "rises"
    case .level: "does not change beyond two standard errors"
    }
  }
}

extension [String] {
  /// "a", "a and b", "a, b and c".
  var list: String {
    guard let last, count > 1 else { return first ?? "" }
    return dropLast().joined(separator: ", ") + " and " + last
  }
}

extension [ResultGroup] {
  /// The trend of an error along a choice, in its numbers' order.
  ///
  /// - Parameters:
  ///   - name: the measurement; nil for the one that the published tables have.
  ///   - descending: whether the sweep goes from the largest number to the smallest.
  func trend(along key: String, _ name: String? = nil, descending: Bool = false) -> Trend? {
    let points = compactMap { group -> (key: Double, name: String, value: Estimate)? in
      guard let number = Double(group[key]),
        let value = group.estimate(name ?? group.errorName)
      else { return nil }
      return (number, group[key], value)
    }.sorted { $0.key < $1.key }
    let ordered = points.map { (name: $0.name, value: $0.value) }
    return Trend(descending ? ordered.reversed() : ordered)
  }

  /// The values of a choice, each once, in order.
  func values(of key: String) -> [String] {
    var values: [String] = []
    for group in self where !values.contains(group[key]) { values.append(group[key]) }
    return values
  }
}

extension [PublishedResult] {
  /// The trend of the published numbers along a choice.
  func trend(along key: String, descending: Bool = false) -> Trend? {
    let points = sorted { (Double($0[key]) ?? 0) < (Double($1[key]) ?? 0) }
      .map { (name: $0[key], value: $0.estimate) }
    return Trend(descending ? points.reversed() : points)
  }
}
