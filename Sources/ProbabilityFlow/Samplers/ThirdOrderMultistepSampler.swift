/// DPM-Solver++(3M): the multistep method of three points in λ = log(α/σ) with data prediction (Lu et al.,
/// 2022), as the authors' code, diffusers and, without its noise, k-diffusion's 3M SDE have it.
///
/// With steps h, h_1, h_2 and e = 1 − e^{−h} the denoised state is D_0 + ((1 − e/h) D' + (½ − (1 − e/h)/h) D'')/e,
/// D' the derivative at λ_0 of the parabola through the last three denoised states and D'' its leading
/// coefficient, both in units of h. The exact integral has twice that last weight, so that all of these codes
/// are of order 2 (derived), with a smaller error than 2M. It starts with Euler and DPM-Solver++(2M). A step to
/// level 0 is Euler's; others use three points to the end.
public enum ThirdOrderMultistepSampler: FewStepSampler {
  public static let name = "dpmpp-3m"
  public static let summary =
    "DPM-Solver++(3M), multistep with data prediction (Lu et al., 2022); Euler first and to 0"
  public static let order = 2

  public static func plan<S: SamplerScalar>(_ levels: [NoiseLevel<S>]) -> SamplerPlan<S> {
    .multistep(levels) { history, next in
      history.count < 3 ? history.secondOrder(to: next) : thirdOrder(history, to: next)
    }
  }

  private static func thirdOrder<S: SamplerScalar>(
    _ history: MultistepHistory<S>, to next: NoiseLevel<S>
  ) -> [(node: Int, coefficient: S)] {
    let level = history.entries[0].level
    let h = level.logStep(to: next)
    let (r0, r1) = (history.step(0) / h, history.step(1) / h)
    let e = 1 - level.ratio(to: next)
    let second = 1 - e / h
    let third = 0.5 - second / h
    // D' = a + r0/(r0 + r1) (a − b), D'' = (a − b)/(r0 + r1), a = (D_0 − D_1)/r0, b = (D_1 − D_2)/r1.
    let slope = second / e
    let bend = (slope * r0 + third / e) / (r0 + r1)
    let (a, b) = ((slope + bend) / r0, -bend / r1)
    let entries = history.entries
    return [(entries[0].node, 1 + a), (entries[1].node, b - a), (entries[2].node, -b)]
  }
}
