import Mixtures
import RealModule

/// The error of Euler's and Heun's steps for dy/dr = M(y, r) = Σ γ_k μ_k, uniformly in y (derived).
///
/// ∂M/∂y = r Cov_γ(μ), between 0 and L = r D²/4 (Popoviciu). Along a solution the logits' rates are,
/// up to what all components share, ℓ'_k = −(gap_k + log w_k)/r − ½ r ‖μ_k − M‖², where gap_k ≥ 0 is
/// the distance to the largest logit. As −log γ_k ≥ gap_k, E gap ≤ log K (entropy) and E gap² ≤
/// (1 + log K)² − 1 (concavity of (1 + log z)²). With W the range of log w:
///
///   ‖y''‖ = ‖Cov(μ, ℓ')‖ ≤ D (log K + W/4)/r + r D³/8 =: B₂,
///   ‖y'''‖ ≤ D Var ℓ' + ‖Cov(μ, ℓ'')‖ ≤ D (√E gap²/r + W/2r + r D²/4)² + ¼ D (D² + r D B₂) =: B₃,
///
/// since ℓ''_k = −‖μ_k − M‖² + r μ_kᵀy'' up to what all share. Euler's local error is ½ h² B₂ and
/// Heun's h³ (B₃/12 + L B₂/4): the trapezium rule's, and that of the velocity at Euler's end.
/// Runge and Kutta's rule has only the trivial bound h D here.
struct FlowMapBound: Sendable {
  /// D.
  let diameter: Double
  /// K.
  let components: Int
  /// W.
  let weightRange: Double

  /// L at r.
  func lipschitz(_ r: Double) -> Double { r * diameter * diameter / 4 }

  /// B₂ on [r, R]; infinite where r = 0.
  private func second(_ r: Double, _ end: Double) -> Double {
    diameter * (.log(Double(components)) + weightRange / 4) / r
      + end * diameter * diameter * diameter / 8
  }

  /// B₃ on [r, R]; infinite where r = 0.
  private func third(_ r: Double, _ end: Double) -> Double {
    let one = 1 + Double.log(Double(components))
    let spread =
      ((one * one - 1).squareRoot() + weightRange / 2) / r + end * diameter * diameter / 4
    return diameter * spread * spread + diameter / 4
      * (diameter * diameter + end * diameter * second(r, end))
  }

  /// Its coefficient of h² (Euler) or h³ (Heun) between r and R; infinite for other rules.
  func coefficient(_ rule: FlowMapRule, from r: Double, to end: Double) -> Double {
    switch rule {
    case .euler: 0.5 * second(r, end)
    case .heun: third(r, end) / 12 + lipschitz(end) * second(r, end) / 4
    case .rk4: .infinity
    }
  }

  /// A bound of one step's local error from r to R, for exact velocities.
  func local(_ rule: FlowMapRule, from r: Double, to end: Double) -> Double {
    let h = end - r
    // Both ends lie in y + h · hull of the means.
    let trivial = h * diameter
    guard r > 0 else { return trivial }
    var fine = coefficient(rule, from: r, to: end)
    for _ in 0...rule.stages { fine *= h }
    return min(trivial, fine)
  }

  /// A bound of one step's Lipschitz constant in y.
  ///
  /// A stage's velocity has the slope L(r') times that of its argument, 1 + c h times the slope of
  /// the stage before.
  func amplification(_ rule: FlowMapRule, from r: Double, to end: Double) -> Double {
    let h = end - r
    var (slope, sum) = (0.0, 1.0)
    for (node, weight) in zip(rule.nodes, rule.weights) {
      slope = lipschitz(r + node * h) * (1 + node * h * slope)
      sum += h * weight * slope
    }
    return sum * (1 + 1e-12)
  }

  /// What velocities off by ε make of one step.
  func passedOn(_ rule: FlowMapRule, from r: Double, to end: Double, _ error: Double) -> Double {
    let h = end - r
    var (stage, sum) = (0.0, 0.0)
    for (node, weight) in zip(rule.nodes, rule.weights) {
      stage = error + lipschitz(r + node * h) * node * h * stage
      sum += h * weight * stage
    }
    return sum * (1 + 1e-12)
  }
}
