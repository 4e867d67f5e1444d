public import ProbabilityFlow

/// A rule that places the times of a grid.
///
/// To add one, write a file with a type that conforms and add the type to its family's list in
/// `GridRules`: the command line, the tests and the documentation read `GridRules.all`.
public protocol GridRule: Sendable {
  /// The name on the command line and in files.
  static var name: String { get }
  /// One line for people: what it equalises or minimises, and its source.
  static var summary: String { get }
  /// What it needs to know.
  static var family: GridFamily { get }
  /// The parameters that users may set.
  static var parameters: [GridParameter] { get }
  /// The grid that is asked for.
  static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid
}

extension GridRule {
  public static var parameters: [GridParameter] { [] }

  /// The grid of n segments for a flow, everything else as usual.
  public static func grid(
    for flow: ProbabilityFlow, segments n: Int
  ) throws(ScheduleError) -> TimeGrid {
    try grid(GridRequest(flow, segments: n))
  }
}

/// What a rule needs to know.
public enum GridFamily: String, Sendable, CaseIterable {
  /// A formula or a table of the process alone.
  case closedForm = "closed form"
  /// Equal parts of a cumulative density.
  case density
  /// An objective minimised over grids.
  case optimised
}

/// A number that a rule lets users set, `--parameter name=value`.
public struct GridParameter: Sendable, Equatable {
  /// Its name.
  public let name: String
  /// Its value unless told otherwise.
  public let value: Double
  /// One line for people.
  public let summary: String

  /// A parameter with its usual value.
  public init(_ name: String, _ value: Double, _ summary: String) {
    (self.name, self.value, self.summary) = (name, value, summary)
  }
}
