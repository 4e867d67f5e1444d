/// The classical Runge–Kutta method of order 4 for dx̂/dσ̂ = (x̂ − E[X_0|x])/σ̂, x̂ = x/α (Kutta, 1901).
///
/// Its inner stages lie at the mean of the two noise levels σ̂. A step to level 0 is Euler's, as for Heun, and so
/// is one from α = 0.
public enum RungeKuttaSampler: FewStepSampler {
  public static let name = "rk4"
  public static let summary =
    "classical Runge–Kutta of order 4 in noise level; Euler for a step to 0 or from pure noise"
  public static let order = 4

  public static func plan<S: SamplerScalar>(_ levels: [NoiseLevel<S>]) -> SamplerPlan<S> {
    var plan = SamplerPlan<S>()
    var state = SamplerPlan<S>.start
    for (level, next) in zip(levels, levels.dropFirst()) {
      state =
        level.isNoise || next.isData
        ? plan.eulerStep(
          state, from: level, to: next, denoised: plan.denoise(state, at: level))
        : step(&plan, state, from: level, to: next)
    }
    return plan
  }

  private static func step<S: SamplerScalar>(
    _ plan: inout SamplerPlan<S>, _ state: Int, from level: NoiseLevel<S>,
    to next: NoiseLevel<S>
  ) -> Int {
    let middle = level.middle(to: next)
    let width = next.sine / next.cosine - level.sine / level.cosine

    /// The slope d = (u − cos θ D)/sin θ at a stage.
    func slope(_ stage: Int, at level: NoiseLevel<S>) -> Int {
      let denoised = plan.denoise(stage, at: level)
      let inverse = 1 / level.sine
      return plan.combine([(stage, inverse), (denoised, -(level.cosine * inverse))])
    }
    /// u at a level from u here: x̂ moved along slopes.
    func move(_ slopes: [(node: Int, coefficient: Double)], to target: NoiseLevel<S>) -> Int {
      plan.combine(
        [(state, target.cosine / level.cosine)]
          + slopes.map { ($0.node, $0.coefficient * (width * target.cosine)) })
    }

    let first = slope(state, at: level)
    let second = slope(move([(first, 0.5)], to: middle), at: middle)
    let third = slope(move([(second, 0.5)], to: middle), at: middle)
    let fourth = slope(move([(third, 1)], to: next), at: next)
    return move(
      [(first, 1.0 / 6), (second, 1.0 / 3), (third, 1.0 / 3), (fourth, 1.0 / 6)], to: next)
  }
}
