import Mixtures
import ProbabilityFlow
import Stability

/// A rule whose formula lives in noise levels σ̂ = σ/α.
///
/// One convention for all: a formula gives m levels from the largest to the smallest, both included.
/// A grid that ends at 0 takes n levels from σ̂(T) down to `sigma_min` and ends with noise level 0, as in
/// EDM and k-diffusion; a grid that ends above 0 takes n + 1 levels from σ̂(T) down to that of its end.
/// Where σ̂(T) is infinite the formula starts from `sigma_max` instead, and the first time is T all
/// the same.
protocol NoiseLevelRule: GridRule {
  /// The parameters of the formula itself.
  static var ownParameters: [GridParameter] { get }
  /// `range.count` noise levels, descending; only those between the first and the last are used,
  /// and the last if the grid ends at 0.
  static func levels(_ range: NoiseLevelRange, _ request: GridRequest) throws(ScheduleError)
    -> [Double]
}

extension NoiseLevelRule {
  static var ownParameters: [GridParameter] { [] }
  public static var family: GridFamily { .closedForm }
  public static var parameters: [GridParameter] { ownParameters + NoiseLevelRange.parameters }

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try request.check(for: self)
    let range = try NoiseLevelRange(request, for: self)
    let levels = try levels(range, request)
    return try .atNoiseLevels(range.endsAtZero ? levels + [0] : levels, for: self, request)
  }
}

/// The noise levels that a formula spans, and how many it gives.
struct NoiseLevelRange: Sendable {
  /// The first level: σ̂(T), or `sigma_max` where that is infinite.
  let high: Double
  /// The last level: `sigma_min` if the grid ends at 0, otherwise that of its end.
  let low: Double
  /// The number of levels, both ends included: n if the grid ends at 0, otherwise n + 1.
  let count: Int
  /// Whether a last step to noise level 0 follows.
  let endsAtZero: Bool

  /// The parameters that every rule in noise levels has.
  static let parameters = [
    GridParameter("sigma_min", 0.002, "the last noise level above 0 of a grid that ends at 0"),
    GridParameter("sigma_max", 80, "the formula's first noise level where that at T is infinite"),
  ]

  init(_ request: GridRequest, for rule: any GridRule.Type) throws(ScheduleError) {
    let process = request.flow.process
    let top = process.noiseLevel(request.horizon)
    if top.isFinite, request.parameters["sigma_max"] != nil {
      throw .badParameter(
        rule: rule.name, name: "sigma_max",
        problem: "has no place here: the noise level at T is \(top); set the horizon instead")
    }
    high = top.isFinite ? top : try request.positive("sigma_max", of: rule)
    endsAtZero = request.end == 0
    if !endsAtZero, request.parameters["sigma_min"] != nil {
      throw .badParameter(
        rule: rule.name, name: "sigma_min", problem: "has no place in a grid that ends above 0")
    }
    low =
      endsAtZero
      ? try request.positive("sigma_min", of: rule) : process.noiseLevel(request.end)
    count = request.segments + (endsAtZero ? 0 : 1)
    guard low < high else {
      if endsAtZero {
        throw .badParameter(
          rule: rule.name, name: "sigma_min",
          problem: "is \(low); use less than the first noise level, \(high)")
      }
      throw .unusable(
        rule: rule.name,
        reason: "the end has noise level \(low), not below the first one, \(high)")
    }
  }

  /// The shares 0, …, 1 of the way from `high` to `low`; 0 alone if there is one level.
  var ramp: [Double] {
    (0..<count).map { count == 1 ? 0 : Double($0) / Double(count - 1) }
  }

  /// Levels whose image under a function is uniform between those of the ends.
  func uniform(
    in image: (Double) -> Double, inverse: (Double) -> Double
  ) -> [Double] {
    let (first, last) = (image(high), image(low))
    return ramp.map { inverse(first + $0 * (last - first)) }
  }
}

extension GridRequest {
  /// The value of a parameter that must be positive.
  func positive(_ name: String, of rule: any GridRule.Type) throws(ScheduleError) -> Double {
    let value = value(name, of: rule)
    guard value > 0 else {
      throw .badParameter(
        rule: rule.name, name: name, problem: "is \(value); use a positive number")
    }
    return value
  }

  /// The value of a parameter that must not be negative.
  func notNegative(_ name: String, of rule: any GridRule.Type) throws(ScheduleError) -> Double {
    let value = value(name, of: rule)
    guard value >= 0 else {
      throw .badParameter(rule: rule.name, name: name, problem: "is \(value); use at least 0")
    }
    return value
  }
}
