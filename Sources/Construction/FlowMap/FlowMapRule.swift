/// How a flow map's steps are composed of velocities.
public enum FlowMapRule: String, Sendable, CaseIterable {
  /// x ← x + h v(x), one network a step (Definition 10 of the paper, in the state y = x/s).
  case euler
  /// The mean of the velocities at the start and at Euler's end, two networks a step.
  case heun

  /// The number of velocities in a step.
  public var stages: Int { self == .euler ? 1 : 2 }
}
