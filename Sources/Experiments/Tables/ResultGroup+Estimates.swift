public import Stability

extension ResultGroup {
  /// The mean of a measurement with its standard error; nil if no seed has it.
  ///
  /// Of several seeds the error is that over seeds. One seed has only that over the samples of its
  /// evaluation, which knows nothing of how another training would have ended.
  public func estimate(_ name: String) -> Estimate? {
    let measured = results.compactMap { $0.measured(name) }
    return measured.count > 1 ? Estimate(meanOf: measured.map(\.value)) : measured.first
  }

  /// What `error` is the error against: the name of its measurement.
  public var errorName: String {
    trueError == nil ? "relative_mse" : "relative_mse_published_teacher"
  }

  /// Whether the published tables compare such cells.
  ///
  /// They have one plain student a segment, on exact states, and two grids. True in experiments without
  /// these choices.
  public var isPublishedKind: Bool {
    keys.allSatisfy { key in
      switch key.name {
      case "student": key.value == "separate"
      case "states": key.value == "exact"
      case "grid": ["uniform", "stability"].contains(key.value)
      default: true
      }
    }
  }
}

extension PublishedResult {
  /// The number of published seeds.
  static let seeds = 10.0

  /// The value of a choice; empty if the table has no such choice.
  public subscript(_ name: String) -> String { keys.first { $0.name == name }?.value ?? "" }

  /// The mean with its standard error over seeds.
  public var estimate: Estimate {
    Estimate(value: mean, standardError: deviation / PublishedResult.seeds.squareRoot())
  }
}
