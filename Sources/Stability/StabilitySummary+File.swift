public import Formats
import ProbabilityFlow

extension StabilitySummary {
  /// The summary as `stability --json` prints it.
  public var json: JSON {
    var object = JSONObject([
      ("state", .string(state.rawValue)), ("diameter", .number(diameter)),
      ("times", .numbers(times)), ("noise_levels", .numbers(noiseLevels)),
      ("information", .numbers(information)),
      ("typical_log_amplification", .number(typicalLogAmplification)),
      ("trajectory_offset", .number(trajectoryOffset)), ("two_sided", .numbers(twoSided)),
      ("sharp_two_sided", .numbers(sharpTwoSided)), ("one_sided", .numbers(oneSided)),
      ("cumulative", .numbers(cumulative)), ("cumulative_horizon", .number(cumulativeHorizon)),
      ("sharp_cumulative_horizon", .number(sharpCumulativeHorizon)),
      ("one_sided_amplification", .number(oneSidedAmplification)),
      ("one_sided_log_amplification", .number(oneSidedLogAmplification)),
    ])
    object["high_probability"] = highProbability?.json
    object["averaged_integral"] = averagedIntegral.map(JSON.number)
    object["ball"] = ball?.json
    if let reason {
      object["reason"] = .string(reason)
    } else if oneSidedAmplification.isInfinite {
      object["reason"] = "exp(one_sided_log_amplification) exceeds the largest float64"
    } else if noiseLevels.contains(.infinity) {
      object["reason"] = "noise levels sigma/alpha are infinite where alpha = 0"
    }
    let given = ["state", "times", "noise_levels", "reason"]
    object["kinds"] = .object(
      JSONObject(
        object.keys.filter { !given.contains($0) }
          .map { ($0, JSON.string(Kind.certificate.rawValue)) }))
    return .object(object)
  }
}

extension BallSummary {
  var json: JSON {
    [
      "mass": .number(mass), "radius": .numbers(radii), "two_sided": .numbers(twoSided),
      "one_sided": .numbers(oneSided),
    ]
  }
}
