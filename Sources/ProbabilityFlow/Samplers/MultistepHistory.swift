/// The latest denoised states that a multistep method in λ = log(α/σ) extrapolates, newest first.
///
/// One at α = 0 counts only until the next comes: it lies infinitely far away in λ, and all its divided
/// differences are 0.
struct MultistepHistory<S: SamplerScalar> {
  private(set) var entries: [(node: Int, level: NoiseLevel<S>)] = []

  var count: Int { entries.count }

  mutating func append(_ node: Int, at level: NoiseLevel<S>) {
    entries = [(node, level)] + entries.filter { !$0.level.isNoise }.prefix(2)
  }

  /// λ_i − λ_{i−1} between the entries i and i + 1 of the list.
  func step(_ i: Int) -> S { entries[i + 1].level.logStep(to: entries[i].level) }

  /// The newest denoised state alone.
  var firstOrder: [(node: Int, coefficient: S)] { [(entries[0].node, S(1))] }

  /// D_0 + (h/2h_1)(D_0 − D_1), if there is a D_1.
  func secondOrder(to next: NoiseLevel<S>) -> [(node: Int, coefficient: S)] {
    guard count >= 2 else { return firstOrder }
    let weight = 0.5 * (entries[0].level.logStep(to: next) / step(0))
    return [(entries[0].node, 1 + weight), (entries[1].node, -weight)]
  }
}

extension SamplerPlan {
  /// A multistep method with data prediction: each step holds a combination of the latest denoised states
  /// constant; a step to level 0, where h is infinite, holds the newest alone.
  static func multistep(
    _ levels: [NoiseLevel<S>],
    denoised weights: (MultistepHistory<S>, NoiseLevel<S>) -> [(node: Int, coefficient: S)]
  ) -> SamplerPlan {
    var plan = SamplerPlan()
    var (state, history) = (start, MultistepHistory<S>())
    for (level, next) in zip(levels, levels.dropFirst()) {
      history.append(plan.denoise(state, at: level), at: level)
      state = plan.step(
        state, from: level, to: next,
        denoised: next.isData ? history.firstOrder : weights(history, next))
    }
    return plan
  }
}
