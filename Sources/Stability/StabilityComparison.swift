public import Formats
import RealModule

/// Bounds and measurements side by side, with their ratios.
public struct StabilityComparison: Sendable {
  /// The bounds.
  public let certified: StabilitySummary
  /// The measurements at the same times.
  public let measured: MeasuredStability
  /// A(T)/∫E‖∇v‖: the cumulative two-sided bound over what it bounds.
  public let ratio: Double
  /// L(t)/E‖∇v‖ at each time.
  public let ratios: [Double]

  /// The levels of the quantiles that are reported.
  public static let levels = [0.5, 0.9, 0.99]

  /// Compares bounds and measurements.
  ///
  /// - Precondition: they are for the same times and state variables.
  public init(_ certified: StabilitySummary, _ measured: MeasuredStability) {
    precondition(
      certified.times == measured.times && certified.state == measured.state, "times differ")
    (self.certified, self.measured) = (certified, measured)
    ratio = quotient(certified.cumulativeHorizon, measured.norm.integral.value)
    ratios = zip(certified.twoSided, measured.norm.expected).map { quotient($0, $1.value) }
  }

  /// A plain warning if the bound is far from what happens.
  public var warning: String? { PoorBound.warning(ratio: ratio) }

  /// The object "measured" of `stability --json`.
  public var json: JSON {
    let amplification = measured.amplification
    var object: JSONObject = [
      "samples": .integer(measured.sampleCount), "seed": .string(String(measured.seed)),
    ]
    func add(_ name: String, _ rate: MeasuredStability.Rate) {
      object["expected_\(name)"] = .numbers(rate.expected.map(\.value))
      object["expected_\(name)_standard_error"] = .numbers(rate.expected.map(\.standardError))
      object["largest_\(name)"] = .numbers(rate.largest)
      object["cumulative_\(name)"] = .number(rate.integral.value)
      object["cumulative_\(name)_standard_error"] = .number(rate.integral.standardError)
    }
    add("two_sided", measured.norm)
    add("one_sided", measured.samplingRate)
    object["log_amplification"] = .number(amplification.mean.value)
    object["log_amplification_standard_error"] = .number(amplification.mean.standardError)
    object["log_amplification_quantiles"] = .array(
      StabilityComparison.levels.map { level in
        let quantile = amplification.quantile(level)
        return [
          "level": .number(level), "value": .number(quantile.value),
          "low": .number(quantile.interval.lowerBound),
          "high": .number(quantile.interval.upperBound),
        ]
      })
    object["largest_log_amplification"] = .number(amplification.largest)
    object["ratios"] = .numbers(ratios)
    object["ratio"] = .number(ratio)
    object["warning"] = warning.map(JSON.string)
    let estimates = object.keys.filter { !["samples", "seed", "warning"].contains($0) }
    object["kinds"] = .object(
      JSONObject(
        estimates.filter { !$0.hasSuffix("standard_error") }.map {
          ($0, JSON.string(Kind.estimate.rawValue))
        }))
    if amplification.residual > 0 {
      object["largest_relative_residual"] = .number(amplification.residual)
    }
    return .object(object)
  }
}

/// a/b, and 1 where both vanish.
private func quotient(_ a: Double, _ b: Double) -> Double { a == 0 && b == 0 ? 1 : a / b }
