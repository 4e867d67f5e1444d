/// Heun's method for dx̂/dσ̂ = (x̂ − E[X_0|x])/σ̂, x̂ = x/α, as in EDM (Karras et al., 2022, algorithm 1).
///
/// With D and D' the denoised states before the step and after Euler's step, and ρ = σ̂'/σ̂,
/// x̂' = ρ x̂ + ½(1 − ρ)(2 − 1/ρ) D + ½(1/ρ − 1) D' (derived: both slopes inserted). A step to level 0 is
/// Euler's, as in EDM: the slope there is 0/0. So is a step from α = 0, where σ̂ is infinite and the
/// trapezium in σ̂ diverges.
public enum HeunSampler: FewStepSampler {
  public static let name = "heun"
  public static let summary =
    "Heun in noise level (EDM, Karras et al., 2022); Euler for a step to 0 or from pure noise"
  public static let order = 2

  public static func plan<S: SamplerScalar>(_ levels: [NoiseLevel<S>]) -> SamplerPlan<S> {
    var plan = SamplerPlan<S>()
    var state = SamplerPlan<S>.start
    for (level, next) in zip(levels, levels.dropFirst()) {
      let denoised = plan.denoise(state, at: level)
      let trial = plan.eulerStep(state, from: level, to: next, denoised: denoised)
      guard !level.isNoise, !next.isData else {
        state = trial
        continue
      }
      let corrected = plan.denoise(trial, at: next)
      // (1 − ρ) is in the gain: ½(1/ρ − 1) = (1 − ρ)/(2ρ).
      let half = 0.5 / level.ratio(to: next)
      state = plan.step(
        state, from: level, to: next, denoised: [(denoised, 1 - half), (corrected, half)])
    }
    return plan
  }
}
