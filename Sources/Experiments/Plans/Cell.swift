public import Distillation

/// One choice of a cell by its name in tables, such as `sigma0` and `0.1`.
public struct CellKey: Sendable, Equatable, Hashable {
  /// The name.
  public let name: String
  /// The value.
  public let value: String

  /// A choice.
  public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
  init(_ name: String, _ value: Double) { self.init(name, CellKey.text(value)) }
  init(_ name: String, _ value: Int) { self.init(name, "\(value)") }

  /// The shortest text of a number, without a fraction where it has none.
  static func text(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

/// One training run of an experiment: a plan, and the choices that tell it from the others.
public struct Cell: Sendable {
  /// The choices, the seed last.
  public let keys: [CellKey]
  /// What is trained.
  public let plan: DistillationPlan
  /// Samples of its evaluation.
  public let samples: Int

  /// A cell; those of an experiment are its plan's `cells`.
  package init(keys: [CellKey], plan: DistillationPlan, samples: Int) {
    (self.keys, self.plan, self.samples) = (keys, plan, samples)
  }

  /// The name of its files: all choices, which tell it from every other cell.
  public var name: String { keys.fileName }

  /// The value of a choice, or nil.
  public subscript(_ name: String) -> String? { keys.first { $0.name == name }?.value }
}

extension [CellKey] {
  /// A file name that holds all choices.
  var fileName: String { map { "\($0.name)-\($0.value)" }.joined(separator: "_") }
}
