import ArgumentParser
import FlowDistill

extension StabilityCommand {
  /// Trajectories unless --measure says otherwise.
  private static let samples = 200

  /// Measures a learned flow in place of certificates.
  func measureLearned(_ flow: LearnedFlow, _ state: StateVariables) throws {
    guard report == nil, state == .native else {
      throw CommandError.usage(
        "--report and --state go with a mixture; a learned teacher is measured in its native state")
    }
    let count = measurement.measure == 0 ? Self.samples : measurement.measure
    try checkPositive(count, option: "--measure")
    // Every trajectory carries its whole Jacobian.
    try Memory.check(
      rows: count, flow.dimension * (flow.dimension + 1), matrices: 4, option: "--measure")
    if let profile { try AtomicFile.checkWritable(profile) }
    let stability = try LearnedStability(
      flow, times: try times.make(flow.process) { flow.surveyTimes() }, samples: count,
      seed: measurement.seeding.seed)
    if let profile {
      let (times, rates) = try flow.stabilityProfile(
        samples: count, seed: measurement.seeding.seed)
      let text = zip(times, rates).map { "\($0),\($1.value)\n" }.joined()
      try AtomicFile.write("t,rate\n" + text, to: profile)
    }
    Console.result(stability.json(flow.process), asJSON: common.json) {
      stability.lines(flow.process)
        + (profile.map { ["", "\($0): rates for grid --profile"] } ?? [])
    }
  }
}

extension LearnedStability {
  /// The measurements as `stability --json` prints them.
  func json(_ process: any ForwardProcess) -> JSON {
    let infinite = JSON.string("infinity")
    return [
      "state": "native", "times": .numbers(times),
      "noise_levels": .array(
        times.map {
          let level = process.noiseLevel($0)
          return level.isFinite ? .number(level) : infinite
        }),
      "rms_rate": .array(rates.map { $0.map { .number($0.value) } ?? .null }),
      "rms_rate_standard_error": .array(
        rates.map { $0.map { .number($0.standardError) } ?? .null }),
      "rms_amplification": .numbers(amplifications.map(\.value)),
      "rms_amplification_standard_error": .numbers(amplifications.map(\.standardError)),
      "log_norm": logNorm.map { .number($0.value) } ?? .null,
      "log_norm_standard_error": logNorm.map { .number($0.standardError) } ?? .null,
      "samples": .integer(sampleCount), "directions": .integer(directionCount),
      "kinds": [
        "rms_rate": "estimate", "rms_amplification": "estimate", "log_norm": "estimate",
      ],
    ]
  }

  /// The measurements as the command prints them.
  func lines(_ process: any ForwardProcess) -> [String] {
    func text(_ estimate: Estimate?) -> String {
      estimate.map { NumberText.estimate($0.value, standardError: $0.standardError) } ?? "-"
    }
    var table = TextTable(["t", "sigma/alpha", "rms |grad v u|", "rms |D Phi_0<-t u|"])
    for (i, t) in times.enumerated() {
      table.append([
        NumberText.significant(t), NumberText.significant(process.noiseLevel(t)), text(rates[i]),
        text(amplifications[i]),
      ])
    }
    return [
      "A learned teacher, measured on \(sampleCount) trajectories with \(directionCount) random "
        + "directions u each (estimates):", "",
      "E log |D Phi_0<-T|   \(text(logNorm))", "",
    ] + table.lines + [
      "",
      "State variables: native, the process's own x. Root mean squares over samples and unit "
        + "vectors u.", "A learned field has no certificates.",
    ]
  }
}
