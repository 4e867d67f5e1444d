/// iPNDM: Adams–Bashforth methods of orders 1, 2, 3 and then 4 on the slope d = (x̂ − E[X_0|x])/σ̂ of EDM, with
/// the coefficients of equal steps whatever the steps are (Zhang and Chen, 2023, in the form of diff-sampler:
/// Zhou et al., 2024).
///
/// Of order 4 on equal steps of σ̂, and of order 2 on others. A step to level 0 is Euler's: it gives the
/// denoised state. The slope is regular where α = 0.
public enum ImprovedPNDMSampler: FewStepSampler {
  public static let name = "ipndm"
  public static let summary =
    "iPNDM, Adams–Bashforth up to order 4 on EDM's slope (Zhang and Chen, 2023); Euler first and to 0"
  public static let order = 4

  /// Weights of the latest slopes, newest first, by the number of slopes.
  private static let weights: [[Double]] = [
    [1], [3, -1].map { $0 / 2 }, [23, -16, 5].map { $0 / 12 }, [55, -59, 37, -9].map { $0 / 24 },
  ]

  public static func plan<S: SamplerScalar>(_ levels: [NoiseLevel<S>]) -> SamplerPlan<S> {
    var plan = SamplerPlan<S>()
    var state = SamplerPlan<S>.start
    var slopes: [Int] = []
    for (level, next) in zip(levels, levels.dropFirst()) {
      let denoised = plan.denoise(state, at: level)
      guard !next.isData else {
        state = plan.eulerStep(state, from: level, to: next, denoised: denoised)
        continue
      }
      // d = (x̂ − D)/σ̂ = (u − cos θ D)/sin θ.
      let inverse = 1 / level.sine
      let slope = plan.combine([(state, inverse), (denoised, -(level.cosine * inverse))])
      slopes = [slope] + slopes.prefix(3)
      // x̂ = D + σ̂ d, so that u' = cos θ' D + sin θ' d for Euler; the rest of the weights adds
      // cos θ'(σ̂' − σ̂) times its slopes, σ̂ being infinite only where there is no rest.
      var terms: [(node: Int, coefficient: S)] = [
        (denoised, next.cosine), (slope, next.sine),
      ]
      let chosen = weights[slopes.count - 1]
      if slopes.count > 1 {
        let step = -(level.gain(to: next) / level.cosine) * level.sine
        terms[1].coefficient = next.sine + (chosen[0] - 1) * step
        for (node, weight) in zip(slopes, chosen).dropFirst() {
          terms.append((node, weight * step))
        }
      }
      state = plan.combine(terms)
    }
    return plan
  }
}
