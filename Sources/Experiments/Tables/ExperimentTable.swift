import Formats
import Stability

/// A table of an experiment: one row for each choice, mean and standard deviation over seeds.
public struct ExperimentTable: Sendable {
  /// The name of its file, without `.csv`.
  public let name: String
  /// The names of the columns.
  public let header: [String]
  /// The rows.
  public let rows: [[String]]

  /// The table as CSV.
  public var csv: String {
    ([header] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
  }
}

/// Mean and standard deviation over seeds.
public struct SeedStatistics: Sendable, Equatable {
  /// The mean.
  public let mean: Double
  /// The standard deviation with n − 1 in the denominator; 0 for one seed, as in the published tables.
  public let deviation: Double
  /// The number of seeds.
  public let count: Int

  /// The statistics of at least one value.
  public init(_ values: [Double]) {
    precondition(!values.isEmpty, "no values")
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    self.mean = mean
    deviation =
      values.count > 1
      ? (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)).squareRoot() : 0
    count = values.count
  }

  /// `mean±std` as the published tables print it.
  var text: String { "\(scientific(mean)) ± \(scientific(deviation))" }
  /// The three columns of a quantity.
  var columns: [String] {
    [
      text, DecimalExpansion.scientific(mean, decimals: 8),
      DecimalExpansion.scientific(deviation, decimals: 8),
    ]
  }

  private func scientific(_ value: Double) -> String {
    DecimalExpansion.scientific(value, decimals: 2)
  }
}

/// The results of all seeds of one choice.
public struct ResultGroup: Sendable {
  /// The choices without the seed.
  public let keys: [CellKey]
  /// The results, by seed.
  public let results: [CellResult]

  /// Groups in the order in which a plan lists their cells; results of no such cell come last.
  public static func all(_ results: [CellResult], of plan: ReproductionPlan) -> [ResultGroup] {
    var order: [[CellKey]] = plan.cells(seeds: [0]).map { $0.keys.dropLast() }
    var groups: [[CellKey]: [CellResult]] = [:]
    for result in results {
      let keys = Array(result.keys.dropLast())
      if groups[keys] == nil, !order.contains(keys) { order.append(keys) }
      groups[keys, default: []].append(result)
    }
    return order.compactMap { keys in
      groups[keys].map { members in
        ResultGroup(
          keys: keys,
          results: members.sorted { (Int($0["seed"] ?? "") ?? 0) < (Int($1["seed"] ?? "") ?? 0) })
      }
    }
  }

  /// The value of a choice; empty if the experiment has no such choice.
  public subscript(_ name: String) -> String { keys.first { $0.name == name }?.value ?? "" }

  /// The statistics of a measurement over the seeds that have it; nil if none has.
  public func statistics(_ name: String) -> SeedStatistics? {
    let values = results.compactMap { $0.measured(name)?.value }
    return values.isEmpty ? nil : SeedStatistics(values)
  }

  /// The error as the published tables measure it: against the teacher that was trained on.
  public var error: SeedStatistics? {
    statistics("relative_mse_published_teacher") ?? statistics("relative_mse")
  }

  /// The error against the exact flow map if the teacher was another.
  public var trueError: SeedStatistics? {
    statistics("relative_mse_published_teacher") == nil ? nil : statistics("relative_mse")
  }
}
