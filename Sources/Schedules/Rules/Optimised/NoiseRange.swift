import Mixtures
import ProbabilityFlow
import RealModule
import Stability

/// The noise levels that an optimised rule may place, and how they become a grid.
///
/// The published optimisers place positive levels σ̂ = σ/α. A grid that ends at 0 has n of them, the
/// last at σ_min, and then 0, as EDM's samplers do; one that ends above 0 has n + 1. Where the process
/// ends in pure noise (σ̂(T) = ∞) the first level stands at σ_max, and the first time is T itself.
struct NoiseRange {
  /// The parameters that rules of positive levels share.
  static let parameters = [
    GridParameter("sigma_min", 0.002, "the last positive noise level of a grid that ends at 0"),
    GridParameter("sigma_max", 80, "the first noise level where that of T is infinite"),
  ]

  /// The first level.
  let high: Double
  /// The last positive level.
  let low: Double
  /// The number of positive levels: n for a grid that ends at 0, otherwise n + 1.
  let count: Int
  private let request: GridRequest
  private let rule: any GridRule.Type

  /// The range of a request.
  /// - Throws: what `GridRequest.check` does; `.unusable` if the range is empty.
  init(_ request: GridRequest, for rule: any GridRule.Type) throws(ScheduleError) {
    try request.check(for: rule)
    let process = request.flow.process
    let last = process.noiseLevel(request.horizon)
    high = last.isFinite ? last : request.value("sigma_max", of: rule)
    low = request.end > 0 ? process.noiseLevel(request.end) : request.value("sigma_min", of: rule)
    count = request.end > 0 ? request.segments + 1 : request.segments
    (self.request, self.rule) = (request, rule)
    guard low > 0, low < high else {
      throw .unusable(
        rule: rule.name,
        reason: "it needs 0 < \(low) < \(high), the last and the first positive noise level; "
          + "set sigma_min or sigma_max")
    }
  }

  /// The levels without a choice: the ends of the range alone.
  var forced: [Double]? { count == 1 ? [high] : count == 2 ? [high, low] : nil }

  /// The grid of `count` descending positive levels.
  func grid(
    _ levels: [Double], objective: Double?, evaluations: Int, note: String? = nil
  ) throws(ScheduleError) -> TimeGrid {
    var grid = try TimeGrid.atNoiseLevels(
      request.end > 0 ? levels : levels + [0], kind: .estimate, for: rule, request)
    (grid.objective, grid.evaluations, grid.note) = (objective, evaluations, note)
    return grid
  }
}

/// Levels between two ends, uniform in σ̂^{1/ρ} (Karras et al., 2022).
package func polynomialLevels(_ count: Int, from high: Double, to low: Double, rho: Double)
  -> [Double]
{
  let (first, last) = (Double.pow(high, 1 / rho), Double.pow(low, 1 / rho))
  return (0..<count).map { i in
    if i == 0 { return high }
    if i == count - 1 { return low }
    return .pow(first + Double(i) / Double(count - 1) * (last - first), rho)
  }
}
