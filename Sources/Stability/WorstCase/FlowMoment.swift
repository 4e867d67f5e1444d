import Mixtures
import ProbabilityFlow
import RealModule

/// The coefficients of a flow at one time, in chosen state variables, such that nothing diverges where
/// α = 0.
///
/// With C = α²Σ + σ²I the velocity's Jacobian is ∇v = Σγ_k B_k − ½g²Cov_γ(g), B_k = f + ½g²C_k^{-1},
/// g_k = C_k^{-1}(αμ_k − x). On an eigenvector of Σ, B is ½ (log c)', and ½g²Cov_γ(g) is
/// `drive` times Cov_γ(g/α). In the variables z = κx, B becomes B + (log κ)'.
struct FlowMoment: Sendable {
  let alpha: Double
  /// σ².
  let noise: Double
  /// αα' and ½(σ²)'.
  private let slope: Double
  private let growth: Double
  private let state: StateVariables

  init(_ process: any ForwardProcess, _ t: Double, _ state: StateVariables) {
    alpha = process.alpha(t)
    noise = process.sigmaSquared(t)
    slope = alpha * process.alphaDerivative(t)
    growth = 0.5 * process.sigmaSquaredDerivative(t)
    self.state = state
  }

  /// ½g²α² = ½α²(σ²)' − αα'σ², not negative because σ/α does not fall.
  var drive: Double { max(0, growth * alpha * alpha - slope * noise) }

  /// Whether the state variables have no finite scale here.
  var isSingular: Bool { state == .edm && alpha == 0 }

  /// c = α²λ + σ².
  func variance(_ eigenvalue: Double) -> Double { alpha * alpha * eigenvalue + noise }

  /// ½ (log κ²c)', the rate at which one Gaussian of this eigenvalue stretches.
  ///
  /// The sums are multiplied out, so that they do not cancel: ½g²/c for x/α, and
  /// (1 − λ)·½g²α²/(c(α² + σ²)) for variance-preserving variables.
  func stretch(_ eigenvalue: Double) -> Double {
    let variance = variance(eigenvalue)
    return switch state {
    case .native: (slope * eigenvalue + growth) / variance
    case .edm: alpha == 0 ? .infinity : drive / (alpha * alpha * variance)
    case .vp: (1 - eigenvalue) * drive / (variance * (alpha * alpha + noise))
    }
  }
}
