import ProbabilityFlow
import RealModule
public import Stability

/// How a rule does with a sampler over all mixtures and numbers of segments.
public struct RuleMean: Sendable, Equatable {
  /// The rule.
  public let rule: String
  /// The sampler.
  public let sampler: String
  /// The geometric mean of "times oracle" over the cells that have it; nil if none does.
  ///
  /// Its standard error is that of the samples of these mixtures, not of the choice of mixtures.
  public let timesOracle: Estimate?
  /// The cells that have it.
  public let count: Int
  /// All cells of the rule and the sampler.
  public let outOf: Int
}

/// Collects the logarithms of "times oracle" with what each sample contributes to them.
struct RuleMeanTally {
  private struct Key: Hashable { let rule, sampler: String }

  private struct Sums {
    var logs = 0.0
    var variance = 0.0
    var count = 0
    var cells = 0
    /// What each sample of the present mixture adds to `logs`.
    var influences: [Double] = []
  }

  private var sums: [Key: Sums] = [:]

  /// Adds a cell by the squared errors of its samples and of the oracle's, if both are known.
  ///
  /// To first order log(ā/b̄) moves with sample i by (a_i/ā − b_i/b̄)/N. These add up over the cells of a
  /// mixture before they are squared: errors of one sample on several grids go together.
  mutating func add(rule: String, sampler: String, errors: [Double]?, oracle: [Double]?) {
    let key = Key(rule: rule, sampler: sampler)
    var entry = sums[key] ?? Sums()
    entry.cells += 1
    if let errors, let oracle {
      let (own, unit) = (errors.reduce(0, +), oracle.reduce(0, +))
      if own > 0, unit > 0, own.isFinite {
        entry.logs += .log(own / unit)
        entry.count += 1
        if entry.influences.isEmpty {
          entry.influences = Array(repeating: 0, count: errors.count)
        }
        for i in errors.indices { entry.influences[i] += errors[i] / own - oracle[i] / unit }
      }
    }
    sums[key] = entry
  }

  /// Ends a mixture: the next one's samples are independent of its own.
  mutating func endCase() {
    for (key, var entry) in sums {
      let n = Double(entry.influences.count)
      if n > 1 { entry.variance += entry.influences.reduce(0) { $0 + $1 * $1 } * n / (n - 1) }
      entry.influences = []
      sums[key] = entry
    }
  }

  /// The means by sampler in the plan's order, the best rule first and those without a mean last.
  func means(_ plan: ComparisonPlan) -> [RuleMean] {
    plan.samplers.flatMap { sampler in
      plan.allRules.compactMap { rule -> RuleMean? in
        guard let entry = sums[Key(rule: rule.name, sampler: sampler.name)] else { return nil }
        let count = Double(entry.count)
        let mean = Double.exp(entry.logs / count)
        return RuleMean(
          rule: rule.name, sampler: sampler.name,
          timesOracle: entry.count == 0
            ? nil
            : Estimate(value: mean, standardError: mean * entry.variance.squareRoot() / count),
          count: entry.count, outOf: entry.cells)
      }.enumerated().sorted { left, right in
        let (a, b) = (left.element.timesOracle?.value, right.element.timesOracle?.value)
        return (a ?? .infinity, left.offset) < (b ?? .infinity, right.offset)
      }.map(\.element)
    }
  }
}
