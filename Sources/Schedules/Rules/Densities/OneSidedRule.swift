import ProbabilityFlow
import Stability

/// Equal steps in ∫(ℓ)₊ dt, ℓ ≥ sup_x λ_max(−∇v) being the certified one-sided bound.
///
/// The fastest rate at which neighbouring trajectories may part when sampling; where the flow is sure
/// to contract the rate counts as 0. Source: `StabilityBound.oneSided`, derived; the state is the
/// process's own.
public enum OneSidedRule: GridRule {
  public static let name = "one-sided"
  public static let summary =
    "equal steps in the positive part of the one-sided bound, process's own state (certificate)"
  public static let family = GridFamily.density

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try request.check(for: self)
    let bound = StabilityBound(request.flow)
    if let reason = bound.reason { throw .noBound(.unbounded(reason: reason)) }
    // What rounding leaves of a rate that vanishes has no integral to converge to.
    let least = 1e-12 / request.horizon
    // The kink where expansion begins needs no more digits than a grid shows.
    let integral = RunningIntegral(over: request.horizon, tolerance: 1e-10) { t in
      let rate = bound.oneSided(t)
      return rate < least ? 0 : rate
    }
    return try .equalPartition(
      of: CumulativeDensity(kind: .certificate) { integral($0) }, for: self, request)
  }
}
