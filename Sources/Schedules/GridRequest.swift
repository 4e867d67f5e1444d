import Mixtures
public import ProbabilityFlow

/// What a grid is asked for.
public struct GridRequest: Sendable {
  /// The flow.
  public var flow: ProbabilityFlow
  /// The number of segments n.
  public var segments: Int
  /// The last time of the grid, 0 or a small time.
  public var end = 0.0
  /// The sampler that will run on the grid; optimised rules serve it.
  public var sampler: any FewStepSampler.Type = EulerSampler.self
  /// Parameters that differ from the rule's own, by name.
  public var parameters: [String: Double] = [:]
  /// The samples on which rules measure.
  public var samples = 1024
  /// The seed of what rules draw; grids are a pure function of it.
  public var seed: UInt64 = 0
  /// Seconds after which an optimiser stops with the best that it has; nil lets it finish.
  ///
  /// A run that meets it is not reproducible, and its grid's note says so.
  public var timeBudget: Double?
  /// Hears how far an optimiser is, from 0 to 1, and its best objective so far.
  public var progress: (@Sendable (_ fraction: Double, _ objective: Double) -> Void)?

  /// A request with everything else as usual.
  public init(_ flow: ProbabilityFlow, segments: Int) {
    (self.flow, self.segments) = (flow, segments)
  }

  /// The horizon T, where the grid begins.
  public var horizon: Double { flow.process.horizon }

  /// The value of one of the rule's parameters.
  ///
  /// - Precondition: the rule has it.
  public func value(_ name: String, of rule: any GridRule.Type) -> Double {
    guard let parameter = rule.parameters.first(where: { $0.name == name }) else {
      preconditionFailure("rule \(rule.name) has no parameter \(name)")
    }
    return parameters[name] ?? parameter.value
  }

  /// Checks what every rule needs: n ≥ 1, an end in [0, T), no parameter that the rule has not.
  public func check(for rule: any GridRule.Type) throws(ScheduleError) {
    guard segments >= 1 else { throw .noSegments(segments) }
    guard end >= 0, end < horizon else { throw .badEnd(end, horizon: horizon) }
    for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
      guard rule.parameters.contains(where: { $0.name == name }) else {
        let known = rule.parameters.map(\.name)
        throw .badParameter(
          rule: rule.name, name: name,
          problem: "is unknown; it has " + (known.isEmpty ? "none" : known.joined(separator: ", ")))
      }
      guard value.isFinite else {
        throw .badParameter(
          rule: rule.name, name: name, problem: "is \(value); use a finite number")
      }
    }
  }
}
