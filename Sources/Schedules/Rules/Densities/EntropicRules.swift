import Mixtures
import ProbabilityFlow
import RealModule

/// Entropic time (Stancevic, Handke and Ambrogioni, 2025, arXiv:2504.13612): equal steps in the
/// conditional entropy H[X_0|X_t], dH = ε²/σ̂³ dσ̂ with ε² = E‖X_0 − D‖².
///
/// ε² is the mean of the posterior's spread in closed form, not of squared errors of draws. A continuous
/// law's conditional entropy falls without end as σ̂ → 0, so the density counts from a floor on, in units
/// of the data's standard deviation per coordinate: EDM's σ_min over its σ_data unless told otherwise.
public enum EntropicRule: MeasuredDensityRule {
  public static let name = "entropic"
  public static let summary =
    "equal steps in the conditional entropy of the data (Stancevic et al., 2025)"
  public static let parameters = [
    GridParameter("floor", 0.004, "noise level where it begins, in data standard deviations")
  ]

  static func levels(_ request: GridRequest) throws(ScheduleError) -> ClosedRange<Double> {
    let floor = request.value("floor", of: self)
    guard floor > 0 else {
      throw .badParameter(rule: name, name: "floor", problem: "is \(floor); use more than 0")
    }
    return floor * request.flow.mixture.coordinateDeviation...Double.infinity
  }

  static func density(
    _ cell: NoiseCell, _ draws: LevelDraws, _ request: GridRequest
  ) throws(ScheduleError) -> Double {
    draws.leastError(cell.level) / (cell.level * cell.level * cell.level) * cell.levelRate
  }
}

/// Rescaled entropic time (the same paper): equal steps in ∫σ̂ dH = ∫ε²/σ̂² dσ̂.
///
/// For N(0, c²I) the density is c²/(c² + σ̂²), whose equal parts are equal angles arctan(σ̂/c): optimal
/// for Euler's method.
public enum RescaledEntropicRule: MeasuredDensityRule {
  public static let name = "rescaled-entropic"
  public static let summary =
    "equal steps in conditional entropy times noise level (Stancevic et al., 2025)"

  static func density(
    _ cell: NoiseCell, _ draws: LevelDraws, _ request: GridRequest
  ) throws(ScheduleError) -> Double {
    draws.leastError(cell.level) / (cell.level * cell.level) * cell.levelRate
  }
}

extension LevelDraws {
  /// E‖X_0 − D‖² at a noise level, averaged over the draws.
  fileprivate func leastError(_ level: Double) -> Double {
    marginal(level).posteriorVariance(states(level)).reduce(0, +) / Double(count)
  }
}
