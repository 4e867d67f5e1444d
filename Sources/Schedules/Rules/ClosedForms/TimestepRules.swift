import ProbabilityFlow

/// m timesteps from K − 1 to 0, both included: diffusers' spacing `linspace` in EulerDiscrete.
public enum DiffusersLinspaceRule: TimestepRule {
  public static let name = "diffusers-linspace"
  public static let summary = "evenly spaced timesteps, both ends included (diffusers)"
  static let interpolation = TimestepTable.Interpolation.linear

  static func timesteps(_ m: Int, of count: Int, _ request: GridRequest) -> [Double] {
    evenly(m, from: count - 1)
  }
}

/// Every ⌊K/m⌋-th timestep from an offset up: diffusers' spacing `leading`.
///
/// With offset 1 and m a divisor of K it is ComfyUI's `ddim_uniform`. The source begins below the highest
/// noise level (Lin et al., 2024); a grid here begins at T.
public enum DiffusersLeadingRule: TimestepRule {
  public static let name = "diffusers-leading"
  public static let summary = "every K/n-th timestep from an offset up (diffusers, ddim_uniform)"
  static let ownParameters = [
    GridParameter("steps_offset", 1, "the offset; Stable Diffusion's configuration has 1")
  ]

  static func timesteps(
    _ m: Int, of count: Int, _ request: GridRequest
  ) throws(ScheduleError) -> [Double] {
    let offset = try request.wholeNumber("steps_offset", of: self, in: 0...count - 1)
    return (0..<m).reversed().map { Double($0 * (count / m) + offset) }
  }
}

/// K − kK/m, rounded, less 1: diffusers' spacing `trailing`.
public enum DiffusersTrailingRule: TimestepRule {
  public static let name = "diffusers-trailing"
  public static let summary = "evenly spaced timesteps counted from the highest (diffusers)"

  static func timesteps(_ m: Int, of count: Int, _ request: GridRequest) -> [Double] {
    let step = Double(count) / Double(m)
    return (0..<m).map { (Double(count) - Double($0) * step).rounded(.toNearestOrEven) - 1 }
  }
}

/// K − 1 − ⌊kK/m⌋: ComfyUI's `simple`.
public enum SimpleRule: TimestepRule {
  public static let name = "simple"
  public static let summary = "every K/n-th timestep counted from the highest (ComfyUI)"

  static func timesteps(_ m: Int, of count: Int, _ request: GridRequest) -> [Double] {
    let step = Double(count) / Double(m)
    return (0..<m).map { Double(count - 1 - Int(Double($0) * step)) }
  }
}

/// m timesteps from K − 1 to 0, both included, with log-linear levels between: ComfyUI's `normal`.
public enum NormalRule: TimestepRule {
  public static let name = "normal"
  public static let summary = "evenly spaced timesteps, both ends included (ComfyUI)"

  static func timesteps(_ m: Int, of count: Int, _ request: GridRequest) -> [Double] {
    evenly(m, from: count - 1)
  }
}

/// The first m of m + 1 timesteps from K − 1 to 0: `sgm_uniform` of ComfyUI and AUTOMATIC1111.
public enum SGMUniformRule: TimestepRule {
  public static let name = "sgm-uniform"
  public static let summary = "evenly spaced timesteps, the lowest left out (ComfyUI, A1111)"

  static func timesteps(_ m: Int, of count: Int, _ request: GridRequest) -> [Double] {
    Array(evenly(m + 1, from: count - 1).dropLast())
  }
}

/// m numbers from `top` to 0; `top` alone if m = 1.
private func evenly(_ m: Int, from top: Int) -> [Double] {
  (0..<m).map { m == 1 ? Double(top) : Double(top) * Double(m - 1 - $0) / Double(m - 1) }
}
