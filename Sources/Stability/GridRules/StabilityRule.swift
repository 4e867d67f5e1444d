public import ProbabilityFlow

/// The stability-balanced grid of arXiv:2606.03820: equal steps in A(t) = ∫_0^t L.
///
/// For σ_0 = σ∞ under the Ornstein–Uhlenbeck process it is uniform in α², whatever the mixture.
public enum StabilityRule: GridRule {
  public static let name = "stability"
  public static let summary =
    "equal steps in the cumulative two-sided Lipschitz bound (certificate)"

  public static func grid(
    for flow: ProbabilityFlow, segments n: Int
  ) throws(StabilityError) -> TimeGrid {
    let bound = try StabilityBound(flow)
    return try .equalPartition(
      of: CumulativeDensity(kind: .certificate) { bound.cumulative($0) }, segments: n, rule: name,
      process: flow.process)
  }
}
