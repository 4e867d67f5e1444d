import RealModule

/// log σ̂ at uniform quantiles of a Laplace distribution, held within the range (Hang and Gu, 2024; ComfyUI).
///
/// log σ̂ = μ − β sign(½ − u) log(1 − 2|½ − u| + 10⁻⁵), u from 0 to 1. Where several levels are held at an end of
/// a narrow range there is no grid, and the rule says so.
public enum LaplaceRule: NoiseLevelRule {
  public static let name = "laplace"
  public static let summary = "uniform quantiles of a Laplace law of the log noise level (ComfyUI)"
  static let ownParameters = [
    GridParameter("mu", 0, "the middle of the log noise level"),
    GridParameter("beta", 0.5, "its spread"),
  ]

  static func levels(
    _ range: NoiseLevelRange, _ request: GridRequest
  ) throws(ScheduleError) -> [Double] {
    let middle = request.value("mu", of: self)
    let spread = try request.positive("beta", of: self)
    return range.ramp.map { u in
      let side = 0.5 - u
      // The source's own guard against log 0.
      let depth = Double.log(1 - 2 * abs(side) + 1e-5)
      let log = middle - spread * (side > 0 ? depth : side < 0 ? -depth : 0)
      return min(max(.exp(log), range.low), range.high)
    }
  }
}
