/// How a flow map's steps are composed of velocities.
public enum FlowMapRule: String, Sendable, CaseIterable {
  /// x ← x + h v(x), one network a step (Definition 10 of the paper, in the state y = x/s).
  case euler
  /// The mean of the velocities at the start and at Euler's end, two networks a step.
  case heun

  /// The classical method of Runge and Kutta, four networks a step.
  case rk4

  /// The number of velocities in a step.
  public var stages: Int { nodes.count }

  /// Where in the step each velocity is taken; each stage but the first goes there by the last one.
  var nodes: [Double] {
    switch self {
    case .euler: [0]
    case .heun: [0, 1]
    case .rk4: [0, 0.5, 0.5, 1]
    }
  }

  /// The weight of each velocity in the step.
  var weights: [Double] {
    switch self {
    case .euler: [1]
    case .heun: [0.5, 0.5]
    case .rk4: [1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6]
    }
  }
}
