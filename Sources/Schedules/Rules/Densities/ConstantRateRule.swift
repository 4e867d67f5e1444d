import Mixtures
import ProbabilityFlow
import RealModule

/// Constant-rate scheduling (Okada et al., 2026, arXiv:2411.12188): dα/dt ∝ v(α)^{−ξ}, so equal parts
/// of ∫v^ξ dα, for the signal α = 1/√(1 + σ̂²) of the variance-preserving variables.
///
/// v(α) = E‖dD/dα‖ is the rate at which the data prediction D = E[X_0|x] changes along the flow, or that of
/// the noise prediction (x̂ − D)/σ̂, whose rate per σ̂ is −(dD/dσ̂)/σ̂. Both are exact on the mixture. The
/// published FID discrepancy needs an image network.
public enum ConstantRateRule: MeasuredDensityRule {
  public static let name = "constant-rate"
  public static let summary =
    "equal steps in the change of the data prediction to a power (Okada et al., 2026)"
  public static let parameters = [
    GridParameter("exponent", 1, "the power of the rate of change, above 0"),
    GridParameter("noise", 0, "1 measures the noise prediction in place of the data prediction"),
  ]

  static func density(
    _ cell: NoiseCell, _ draws: LevelDraws, _ request: GridRequest
  ) throws(ScheduleError) -> Double {
    let exponent = request.value("exponent", of: self)
    let noise = request.value("noise", of: self)
    guard exponent > 0 else {
      throw .badParameter(rule: name, name: "exponent", problem: "is \(exponent); use more than 0")
    }
    guard noise == 0 || noise == 1 else {
      throw .badParameter(rule: name, name: "noise", problem: "is \(noise); use 0 or 1")
    }
    let level = cell.level
    let root = (1 + level * level).squareRoot()
    let signalRate = level / (root * root * root)
    let change = draws.denoiserRate(level).meanNorm / (noise == 1 ? level : 1)
    return .pow(change / signalRate, exponent) * signalRate * cell.levelRate
  }
}
