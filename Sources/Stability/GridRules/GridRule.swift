public import ProbabilityFlow

/// A rule that places the times of a grid.
///
/// To add one, write a file with a type that conforms and add the type to `GridRules.all`: the
/// command line, the tests and the documentation read that list.
public protocol GridRule: Sendable {
  /// The name on the command line and in files.
  static var name: String { get }
  /// One line for people: what it equalises and whether that is proved.
  static var summary: String { get }
  /// The grid of n segments for a flow.
  static func grid(for flow: ProbabilityFlow, segments n: Int) throws(StabilityError) -> TimeGrid
}

/// All grid rules.
public enum GridRules {
  /// In the order in which they are listed to users.
  public static let all: [any GridRule.Type] = [
    UniformRule.self, StabilityRule.self, InformationRule.self,
  ]

  /// The rule of that name, if there is one.
  public static func named(_ name: String) -> (any GridRule.Type)? {
    all.first { $0.name == name }
  }
}
