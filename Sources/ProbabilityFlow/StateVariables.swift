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
}
