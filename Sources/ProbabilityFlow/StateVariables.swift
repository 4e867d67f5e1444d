public import Mixtures
import RealModule

/// The variables z = κ(t) x in which a flow is looked at.
///
/// A rescaling of the state changes the velocity's Jacobian, ∇_z ż = ∇v + (log κ)' I, and with it
/// every Lipschitz bound: ∫L is invariant under changes of time, not of state. Whoever prints a bound
/// says which variables it is for.
public enum StateVariables: String, Sendable, CaseIterable {
  /// The process's own x: κ = 1.
  case native
  /// x/α, with noise level σ/α, the variables of EDM: κ = 1/α, infinite where α = 0.
  case edm
  /// x/√(α² + σ²), the variance-preserving variables of unit data: κ = 1/√(α² + σ²).
  case vp

  /// One line for people.
  public var summary: String {
    switch self {
    case .native: "the process's own x"
    case .edm: "x/alpha (EDM)"
    case .vp: "x/sqrt(alpha^2 + sigma^2) (variance-preserving)"
    }
  }

  /// log κ(t).
  public func logScale(_ process: any ForwardProcess, at t: Double) -> Double {
    let (alpha, sigma2) = (process.alpha(t), process.sigmaSquared(t))
    return switch self {
    case .native: 0
    case .edm: -.log(alpha)
    // α² + σ² is 1 for the variance-preserving processes; the sum of squares would round.
    case .vp: -0.5 * .log(onePlus: sigma2 - (1 - alpha) * (1 + alpha))
    }
  }

  /// (log κ)'(t).
  public func logScaleDerivative(_ process: any ForwardProcess, at t: Double) -> Double {
    let (alpha, sigma2) = (process.alpha(t), process.sigmaSquared(t))
    let (slope, growth) = (process.alphaDerivative(t), 0.5 * process.sigmaSquaredDerivative(t))
    return switch self {
    case .native: 0
    case .edm: -slope / alpha
    case .vp: -(alpha * slope + growth) / (alpha * alpha + sigma2)
    }
  }

  /// log(κ(s)/κ(t)): log ‖DΦ_{s←t}‖ in these variables less that in the process's own, as
  /// DΦ becomes κ(s) DΦ/κ(t).
  public func logScaleRatio(
    _ process: any ForwardProcess, from t: Double, to s: Double
  ) -> Double {
    self == .native || s == t ? 0 : logScale(process, at: s) - logScale(process, at: t)
  }

  /// Why these variables are infinite at the horizon, in one sentence; nil if they are finite at all
  /// times.
  public func reason(_ process: any ForwardProcess) -> String? {
    guard self == .edm, process.alpha(process.horizon) == 0 else { return nil }
    return "x/alpha is infinite at t = \(process.horizon), where alpha = 0"
  }
}
