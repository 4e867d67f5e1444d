import Mixtures
import ProbabilityFlow
import RealModule

/// σ̂ = c tan θ, θ uniform: optimal for Euler's method on data N(0, c²I) (Sabour et al., 2024, theorem 3.1).
///
/// There one step multiplies a coordinate by cos(Δθ) too much of what it should, so the relative squared
/// error of n steps is (1 − Π cos Δθ)², least at equal angles.
public enum ArctanRule: NoiseLevelRule {
  public static let name = "arctan"
  public static let summary =
    "equal angles arctan(level/c), optimal for Gaussian data of that spread (AYS, theorem 3.1)"
  static let ownParameters = [
    GridParameter(
      "c", 0, "the standard deviation of a coordinate of the data; 0 takes the mixture's")
  ]

  static func levels(
    _ range: NoiseLevelRange, _ request: GridRequest
  ) throws(ScheduleError) -> [Double] {
    let given = try request.notNegative("c", of: self)
    return angles(range, spread: given > 0 ? given : request.flow.mixture.coordinateDeviation)
  }

  /// The levels at equal angles.
  static func angles(_ range: NoiseLevelRange, spread c: Double) -> [Double] {
    range.uniform(in: { .atan2(y: $0, x: c) }, inverse: { c * .tan($0) })
  }
}

/// σ̂ = tan θ, θ uniform: the arctan rule for data of unit variance, known as `kl_optimal`.
///
/// ComfyUI, AUTOMATIC1111 and stable-diffusion.cpp have it. Theirs divides by n − 1 and gives NaN at
/// n = 1; here one segment is one segment.
public enum KLOptimalRule: NoiseLevelRule {
  public static let name = "kl-optimal"
  public static let summary =
    "equal angles arctan(level), the arctan rule with c = 1 (ComfyUI, A1111)"

  static func levels(_ range: NoiseLevelRange, _ request: GridRequest) -> [Double] {
    ArctanRule.angles(range, spread: 1)
  }
}
