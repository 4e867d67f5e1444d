import RealModule

/// The error of a step of each rule for dy/dr = M(y, r) = Σ γ_k μ_k in L² along the flow (derived).
///
/// The slope ∂M/∂y = r Cov_γ(μ) lies between 0 and L = r D²/4 (Popoviciu). With B₂ and B₃ of
/// `FlowDerivatives`, a quadrature Q of y' over a step h with Peano's kernel K has, by Minkowski,
/// ‖∫y' − Q‖ ≤ ∫|K| B. A stage at Y misses the exact state there by δ in L², which costs L δ in
/// velocity. Euler: ½h²B₂. Heun: trapezium min(h²B₂/4, h³B₃/12) and ½hLδ, δ = ½h²B₂. Runge and Kutta:
///
///   Simpson min(5h²B₂/36, h³B₃/81) + ⅓hL(δ₂ + δ₃) + ⅙hLδ₄,
///   δ₂ = h²B₂/8,  δ₃ = h²B₂/8 + ½hLδ₂,  δ₄ = min(h²B₂/4, h³B₃/24) + hLδ₃:
///
/// two orders less than its true error, but smaller than Heun's.
struct FlowMapBound: Sendable {
  /// D.
  let diameter: Double
  /// B₂ and B₃.
  let derivatives: FlowDerivatives

  /// L at r.
  func lipschitz(_ r: Double) -> Double { r * diameter * diameter / 4 }

  /// A bound of one step's local error from r to R, for exact velocities.
  func local(_ rule: FlowMapRule, from r: Double, to end: Double) -> Double {
    let h = end - r
    let (second, third) = derivatives.bounds(from: r, to: end)
    // Both ends lie in y + h · hull of the means.
    return min(h * diameter, fine(rule, h, second, third, to: end)) * (1 + 1e-12)
  }

  /// The same for a short step by the leading terms alone, as a coefficient of hᵠ.
  func coefficient(_ rule: FlowMapRule, at r: Double) -> (value: Double, order: Double) {
    let (second, third) = derivatives.bounds(from: r, to: r)
    switch rule {
    case .euler: return (0.5 * second, 2)
    case .heun: return (third / 12 + lipschitz(r) * second / 4, 3)
    case .rk4: return (third / 81 + lipschitz(r) * second / 12, 3)
    }
  }

  private func fine(
    _ rule: FlowMapRule, _ h: Double, _ second: Double, _ third: Double, to end: Double
  ) -> Double {
    let (square, cube) = (h * h * second, h * h * h * third)
    switch rule {
    case .euler: return square / 2
    case .heun: return min(square / 4, cube / 12) + 0.5 * h * lipschitz(end) * square / 2
    case .rk4:
      let middle = h * lipschitz(end - 0.5 * h)
      let two = square / 8
      let three = square / 8 + 0.5 * middle * two
      let four = min(square / 4, cube / 24) + middle * three
      return min(5 * square / 36, cube / 81) + middle * (two + three) / 3
        + h * lipschitz(end) * four / 6
    }
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
