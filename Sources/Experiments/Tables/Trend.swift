public import Stability

/// Whether a number falls or rises along a sweep, judged step by step.
public struct Trend: Sendable, Equatable {
  /// Which way a step goes.
  public enum Direction: Sendable, Equatable {
    /// Down, by more than two standard errors of the difference.
    case falls
    /// Up, by more than that.
    case rises
    /// Neither can be told.
    case level
  }

  /// From one point of the sweep to the next.
  public struct Step: Sendable, Equatable {
    /// The name of the point where it begins.
    public let from: String
    /// The name of the point where it ends.
    public let to: String
    /// Which way it goes.
    public let direction: Direction
  }

  /// The steps, in order.
  public let steps: [Step]
  /// The value at the first point.
  public let first: Double
  /// The value at the last point.
  public let last: Double

  /// The trend of values in the order of the sweep; nil of fewer than two.
  public init?(_ points: [(name: String, value: Estimate)]) {
    guard let first = points.first, let last = points.last, points.count > 1 else { return nil }
    (self.first, self.last) = (first.value.value, last.value.value)
    steps = zip(points, points.dropFirst()).map { a, b in
      Step(from: a.name, to: b.name, direction: Direction(from: a.value, to: b.value))
    }
  }

  /// The way that all steps go; nil if they differ.
  public var direction: Direction? {
    steps.allSatisfy { $0.direction == steps[0].direction } ? steps[0].direction : nil
  }
}

extension Trend.Direction {
  /// The way from one value to another, whose errors are taken as independent.
  public init(from a: Estimate, to b: Estimate) {
    let (ea, eb) = (a.standardError, b.standardError)
    let margin = 2 * (ea * ea + eb * eb).squareRoot()
    let change = b.value - a.value
    self = change < -margin ? .falls : change > margin ? .rises : .level
  }
}
