import Mixtures
import ProbabilityFlow
import RealModule

/// Equal steps in ∫(E ℓ²)^¾ dτ, ℓ the rate at which neighbouring trajectories part beyond what the Gaussian
/// of the same mean and covariance does (`PartingRates`), dτ = σ̂ dσ̂/(c² + σ̂²).
///
/// For students that are an affine map and something more: what they have to learn lies where the flow
/// is not affine. Derived; the power was found by measurement (Documentation/distilling.md). Neither the
/// process's time nor the scale of the data plays a part.
public enum PartingRule: MeasuredDensityRule {
  public static let name = "parting"
  public static let summary =
    "equal steps in the measured rate of parting beyond a Gaussian of the same moments"
  /// Eigenvalues cost more than a density's usual fields, and a rate is smooth.
  static var cells: Int { 64 }

  static func density(
    _ cell: NoiseCell, _ draws: LevelDraws, _ request: GridRequest
  ) throws(ScheduleError) -> Double {
    let rates = PartingRates(request.flow)
    let values = rates.draws(draws.count, level: cell.level, from: draws.stream)
    let mean = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
    // A rate this small is what rounding leaves of one that vanishes.
    let rate = mean < 1e-20 ? 0 : Double.pow(mean, 0.75)
    return rate * cell.level / (rates.meanVariance + cell.level * cell.level) * cell.levelRate
  }
}
