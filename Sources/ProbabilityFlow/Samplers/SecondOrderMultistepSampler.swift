/// DPM-Solver++(2M): the second-order multistep method in λ = log(α/σ) with data prediction (Lu et al.,
/// 2022, algorithm 2; the midpoint form that k-diffusion and diffusers use).
///
/// Over a step h after one of h_1 the denoised state is taken to be D_i + (h/2h_1)(D_i − D_{i−1}). The first
/// step is Euler's, and so is a step to level 0, where h is infinite; others keep order 2 to the end, as in
/// k-diffusion. A denoised state at α = 0, infinitely far in λ, is no history: h/h_1 = 0.
public enum SecondOrderMultistepSampler: FewStepSampler {
  public static let name = "dpmpp-2m"
  public static let summary =
    "DPM-Solver++(2M), multistep with data prediction (Lu et al., 2022); Euler first and to 0"
  public static let order = 2

  public static func plan<S: SamplerScalar>(_ levels: [NoiseLevel<S>]) -> SamplerPlan<S> {
    .multistep(levels) { $0.secondOrder(to: $1) }
  }
}
