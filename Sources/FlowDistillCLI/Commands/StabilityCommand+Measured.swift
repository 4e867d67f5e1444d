import ArgumentParser
import FlowDistill

/// Measurement beside the certificates.
struct MeasureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Measure on so many samples and trajectories; 0 measures nothing.", valueName: "samples"))
  var measure = 0
  @OptionGroup var seeding: SeedOptions

  /// The measurements beside the bounds, if they are asked for.
  func comparison(
    _ flow: ProbabilityFlow, _ summary: StabilitySummary
  ) throws -> StabilityComparison? {
    guard measure != 0 else { return nil }
    try checkPositive(measure, option: "--measure")
    if let reason = summary.state.reason(flow.process) {
      throw CommandError.usage(
        "--measure needs finite state variables, but \(reason); use --state native or vp")
    }
    try Memory.check(rows: measure, flow.mixture.dimension, matrices: 4, option: "--measure")
    let measured = try MeasuredStability(
      flow, times: summary.times, state: summary.state, samples: measure, seed: seeding.seed)
    return StabilityComparison(summary, measured)
  }
}

extension StabilityComparison {
  /// The result of the command with "measured" among its keys.
  static func json(_ summary: StabilitySummary, _ comparison: StabilityComparison?) -> JSON {
    guard let comparison, case .object(var object) = summary.json else { return summary.json }
    object["measured"] = comparison.json
    return .object(object)
  }

  /// The comparison as the command prints it.
  var lines: [String] {
    func number(_ value: Double) -> String { NumberText.significant(value) }
    func text(_ estimate: Estimate) -> String {
      NumberText.estimate(estimate.value, standardError: estimate.standardError)
    }
    var table = TextTable([
      "t", "L(t)", "E |grad v|", "ratio", "largest", "one-sided", "E lambda_max", "largest",
    ])
    for i in measured.times.indices {
      table.append([
        number(measured.times[i]), number(certified.twoSided[i]), text(measured.norm.expected[i]),
        number(ratios[i]), number(measured.norm.largest[i]), number(certified.oneSided[i]),
        text(measured.samplingRate.expected[i]), number(measured.samplingRate.largest[i]),
      ])
    }
    let amplification = measured.amplification
    let quantiles = StabilityComparison.levels.map { level in
      let found = amplification.quantile(level)
      let (low, high) = (found.interval.lowerBound, found.interval.upperBound)
      return "\(NumberText.percent(level, decimals: 0)): \(number(found.value)) "
        + "[\(number(low)), \(number(high))]"
    }
    return [
      "",
      "Measured on \(NumberText.count(measured.sampleCount)) samples (estimates), beside the bounds:",
      "",
      "E log |D Phi_0<-T|     \(text(amplification.mean))"
        + "   at most \(number(certified.typicalLogAmplification)) (information certificate)",
      "its quantiles          \(quantiles.joined(separator: "   "))   (95 % confidence)",
      "largest of all         \(number(amplification.largest))"
        + "   at most \(number(certified.oneSidedLogAmplification)) (one-sided certificate)",
      "integral of E |grad v| \(text(measured.norm.integral))"
        + "   at most \(number(certified.cumulativeHorizon)) = A(T); ratio \(number(ratio))",
      "",
    ] + table.lines + (warning.map { ["", "Warning: \($0)."] } ?? [])
  }
}
