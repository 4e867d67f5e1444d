import Mixtures
import ProbabilityFlow
import RealModule
import Stability

/// The positive noise levels that an optimised rule may place, by the convention of `NoiseLevelRule`, and how
/// they become a grid.
struct PlacedLevels {
  /// The ends of the levels and their number.
  let range: NoiseLevelRange
  private let request: GridRequest
  private let rule: any GridRule.Type

  /// The levels of a request.
  /// - Throws: what `GridRequest.check` does; `.badParameter` or `.unusable` if the range is empty.
  init(_ request: GridRequest, for rule: any GridRule.Type) throws(ScheduleError) {
    try request.check(for: rule)
    range = try NoiseLevelRange(request, for: rule)
    (self.request, self.rule) = (request, rule)
  }

  /// The levels without a choice: the ends of the range alone.
  var forced: [Double]? {
    range.count == 1 ? [range.high] : range.count == 2 ? [range.high, range.low] : nil
  }

  /// The grid of descending positive levels, one for each that the range counts.
  func grid(
    _ levels: [Double], objective: Double?, evaluations: Int, note: String? = nil
  ) throws(ScheduleError) -> TimeGrid {
    var grid = try TimeGrid.atNoiseLevels(
      range.endsAtZero ? levels + [0] : levels, kind: .estimate, for: rule, request)
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
