import ProbabilityFlow

/// σ̂ = σ_min + q (σ_max − σ_min), q the quantiles of Beta(a, b) at 1, …, 0.
///
/// The beta schedule (Lee et al., 2024, arXiv:2407.12173) as diffusers and AUTOMATIC1111 have it: in noise
/// level. ComfyUI's, in timesteps, is `beta-timesteps`; the two are different grids.
public enum BetaLevelsRule: NoiseLevelRule {
  public static let name = "beta-levels"
  public static let summary = "Beta(0.6, 0.6) quantiles in noise level (diffusers, A1111)"
  static let ownParameters = betaShape

  static func levels(
    _ range: NoiseLevelRange, _ request: GridRequest
  ) throws(ScheduleError) -> [Double] {
    let (a, b) = try request.betaShape(of: self)
    return range.ramp.map { range.low + betaQuantile(1 - $0, a, b) * (range.high - range.low) }
  }
}

/// The timesteps at the quantiles of Beta(a, b) at 1, 1 − 1/m, …, 1/m, rounded.
///
/// The beta schedule (Lee et al., 2024, arXiv:2407.12173) as ComfyUI has it. ComfyUI drops timesteps that
/// repeat and takes fewer steps than asked for; here they are an error.
public enum BetaTimestepsRule: TimestepRule {
  public static let name = "beta-timesteps"
  public static let summary = "Beta(0.6, 0.6) quantiles in timesteps (ComfyUI's beta)"
  static let ownParameters = betaShape

  static func timesteps(
    _ m: Int, of count: Int, _ request: GridRequest
  ) throws(ScheduleError) -> [Double] {
    let (a, b) = try request.betaShape(of: self)
    return (0..<m).map { k in
      let quantile = betaQuantile(1 - Double(k) / Double(m), a, b)
      return (quantile * Double(count - 1)).rounded(.toNearestOrEven)
    }
  }
}

private let betaShape = [
  GridParameter("a", 0.6, "the first shape of the beta distribution"),
  GridParameter("b", 0.6, "the second shape"),
]

extension GridRequest {
  fileprivate func betaShape(
    of rule: any GridRule.Type
  ) throws(ScheduleError) -> (a: Double, b: Double) {
    (try positive("a", of: rule), try positive("b", of: rule))
  }
}
