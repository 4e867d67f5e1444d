import ProbabilityFlow
import Stability

/// The stability-balanced grid of arXiv:2606.03820: equal steps in A(t) = ∫_0^t L.
///
/// For σ_0 = σ∞ under the Ornstein–Uhlenbeck process it is uniform in α², whatever the mixture.
public enum StabilityRule: GridRule {
  public static let name = "stability"
  public static let summary =
    "equal steps in the cumulative two-sided Lipschitz bound (certificate)"
  public static let family = GridFamily.density

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    let bound = StabilityBound(request.flow)
    if let reason = bound.reason { throw .noBound(.unbounded(reason: reason)) }
    return try .equalPartition(
      of: CumulativeDensity(kind: .certificate) { bound.cumulative($0) }, for: self, request)
  }
}
