public import Arrays

/// An explicit one-step method on a given grid of times, in the process's own state and time.
public protocol FixedStepSolver: Sendable {
  /// The name on the command line.
  static var name: String { get }
  /// The order of convergence.
  static var order: Int { get }
  /// Velocity evaluations per step.
  static var evaluationsPerStep: Int { get }
  /// One step from t to t + h.
  static func step(
    _ flow: ProbabilityFlow, _ x: Matrix<Double>, at t: Double, by h: Double
  ) -> Matrix<Double>
}

extension FixedStepSolver {
  /// Carries `x` along the times of `grid`, in their order.
  public static func transport(
    _ flow: ProbabilityFlow, _ x: Matrix<Double>, along grid: [Double]
  ) -> Matrix<Double> {
    zip(grid, grid.dropFirst()).reduce(x) { state, times in
      step(flow, state, at: times.0, by: times.1 - times.0)
    }
  }
}

/// Euler's method: x + h v(x, t).
public enum Euler: FixedStepSolver {
  public static let name = "euler"
  public static let order = 1
  public static let evaluationsPerStep = 1
  public static func step(
    _ flow: ProbabilityFlow, _ x: Matrix<Double>, at t: Double, by h: Double
  ) -> Matrix<Double> {
    x.adding(h, flow.velocity(x, at: t))
  }
}

/// Heun's method of order 2: the mean of the slopes at both ends.
public enum Heun: FixedStepSolver {
  public static let name = "heun"
  public static let order = 2
  public static let evaluationsPerStep = 2
  public static func step(
    _ flow: ProbabilityFlow, _ x: Matrix<Double>, at t: Double, by h: Double
  ) -> Matrix<Double> {
    let first = flow.velocity(x, at: t)
    // The last step may round past 0, where the process is not defined.
    let second = flow.velocity(x.adding(h, first), at: max(0, t + h))
    return x.adding(h / 2, first).adding(h / 2, second)
  }
}

/// The classical Runge–Kutta method of order 4.
public enum RungeKutta4: FixedStepSolver {
  public static let name = "rk4"
  public static let order = 4
  public static let evaluationsPerStep = 4
  public static func step(
    _ flow: ProbabilityFlow, _ x: Matrix<Double>, at t: Double, by h: Double
  ) -> Matrix<Double> {
    let k1 = flow.velocity(x, at: t)
    let k2 = flow.velocity(x.adding(h / 2, k1), at: t + h / 2)
    let k3 = flow.velocity(x.adding(h / 2, k2), at: t + h / 2)
    // The last stage of the last step may round past 0, where the process is not defined.
    let k4 = flow.velocity(x.adding(h, k3), at: max(0, t + h))
    return x.adding(h / 6, k1).adding(h / 3, k2).adding(h / 3, k3).adding(h / 6, k4)
  }
}

/// The reference teacher that the paper published: RK4 with uniform steps in t.
///
/// It is unstable once hβ/σ_0² ≫ 1 and then diverges (theory.md section 9: E‖y‖² up to 2e11 where
/// 550 is right). It is here to reproduce the published experiments, not to be trusted.
public struct PublishedTeacher: Sendable {
  /// The flow.
  public let flow: ProbabilityFlow
  /// Uniform steps in each transport: 100 for [0, 1] in the paper's experiments 3 and 4.
  public let steps: Int

  /// The published teacher with a number of steps.
  ///
  /// - Precondition: `steps` is positive.
  public init(_ flow: ProbabilityFlow, steps: Int) {
    precondition(steps > 0, "\(steps) steps")
    self.flow = flow
    self.steps = steps
  }

  /// Carries `x` from time `start` to time `end`.
  public func transport(_ x: Matrix<Double>, from start: Double, to end: Double) -> Matrix<Double> {
    let grid = (0...steps).map { start + (end - start) * Double($0) / Double(steps) }
    return RungeKutta4.transport(flow, x, along: grid)
  }
}

extension Matrix<Double> {
  /// self + h other.
  func adding(_ h: Double, _ other: Matrix<Double>) -> Matrix<Double> {
    precondition(rows == other.rows && columns == other.columns, "shapes differ")
    var result = self
    for i in result.elements.indices { result.elements[i] += h * other.elements[i] }
    return result
  }
}
