/// Euler's method for dx̂/dσ̂ = (x̂ − E[X_0|x])/σ̂, x̂ = x/α: DDIM without noise (Song et al., 2021).
///
/// One step is x_s = (σ_s/σ_t) x_t + (α_s − α_t σ_s/σ_t) E[X_0|x_t], regular where α = 0. A last step to
/// noise level 0 gives the denoised state itself.
public enum EulerSampler: FewStepSampler {
  public static let name = "euler"
  public static let summary =
    "Euler in noise level, which is DDIM (Song et al., 2021); a last step to 0 denoises"
  public static let order = 1

  public static func plan<S: SamplerScalar>(_ levels: [NoiseLevel<S>]) -> SamplerPlan<S> {
    var plan = SamplerPlan<S>()
    var state = SamplerPlan<S>.start
    for (level, next) in zip(levels, levels.dropFirst()) {
      let denoised = plan.denoise(state, at: level)
      state = plan.eulerStep(state, from: level, to: next, denoised: denoised)
    }
    return plan
  }
}
