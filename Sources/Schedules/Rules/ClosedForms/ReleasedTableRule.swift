import Mixtures
import ProbabilityFlow
import RealModule

/// A rule that is a published list of levels for one model, resampled to n + 1.
///
/// Resampling is linear in the logarithm over evenly spaced places, as the authors of Align Your Steps
/// give it. A grid that ends at 0 replaces the last level by 0 (ComfyUI's and diffusers' convention;
/// AUTOMATIC1111 keeps it and takes one step more); one that ends above 0 replaces it by its end. The
/// first time is T. The flow should have the noise levels of the model; levels outside them are an error.
protocol ReleasedTableRule: GridRule {
  /// The published levels, descending.
  static var table: [Double] { get }
  /// Whether they are times σ/(α + σ) of a rectified flow instead of noise levels.
  static var isInFlowTime: Bool { get }
}

extension ReleasedTableRule {
  static var isInFlowTime: Bool { false }
  public static var family: GridFamily { .closedForm }

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try request.check(for: self)
    var levels = resampled(table, count: request.segments + 1)
    if isInFlowTime { levels = levels.map { $0 / (1 - $0) } }
    return try .atNoiseLevels(levels, for: self, request)
  }
}

/// `count` values that descend from the first to the last, linear in the logarithm between.
private func resampled(_ table: [Double], count: Int) -> [Double] {
  (0..<count).map { k in
    // Products of whole numbers before the quotient, so that a table's own places are met exactly.
    let (place, rest) = (k * (table.count - 1)).quotientAndRemainder(dividingBy: count - 1)
    if rest == 0 { return table[place] }
    return table[place]
      * .pow(table[place + 1] / table[place], Double(rest) / Double(count - 1))
  }
}

/// Align Your Steps for Stable Diffusion 1.5 (Sabour et al., 2024).
public enum AYSStableDiffusionRule: ReleasedTableRule {
  public static let name = "ays-sd15"
  public static let summary = "Align Your Steps' table for Stable Diffusion 1.5"
  static let table = [
    14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029,
  ]
}

/// Align Your Steps for Stable Diffusion XL (Sabour et al., 2024).
public enum AYSStableDiffusionXLRule: ReleasedTableRule {
  public static let name = "ays-sdxl"
  public static let summary = "Align Your Steps' table for Stable Diffusion XL"
  static let table = [
    14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.029,
  ]
}

/// Align Your Steps for DeepFloyd IF's first stage (Sabour et al., 2024).
public enum AYSDeepFloydRule: ReleasedTableRule {
  public static let name = "ays-deepfloyd"
  public static let summary = "Align Your Steps' table for DeepFloyd IF"
  static let table = [
    160.41, 8.081, 3.315, 1.885, 1.207, 0.785, 0.553, 0.293, 0.186, 0.030, 0.006,
  ]
}

/// Align Your Steps for Stable Video Diffusion (Sabour et al., 2024).
public enum AYSStableVideoRule: ReleasedTableRule {
  public static let name = "ays-svd"
  public static let summary = "Align Your Steps' table for Stable Video Diffusion"
  static let table = [700, 54.5, 15.886, 7.977, 4.248, 1.789, 0.981, 0.403, 0.173, 0.034, 0.002]
}

/// Optimal Stepsize's averaged table for FLUX (Pei, Hu and Gu, 2025), in the time of rectified flow.
public enum OSSFluxRule: ReleasedTableRule {
  public static let name = "oss-flux"
  public static let summary = "Optimal Stepsize's table for FLUX"
  static let isInFlowTime = true
  static let table = [
    0.9968, 0.9886, 0.9819, 0.975, 0.966, 0.9471, 0.9158, 0.8287, 0.5512, 0.2808, 0.001,
  ]
}
