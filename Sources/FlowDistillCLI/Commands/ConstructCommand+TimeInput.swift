import ArgumentParser
import FlowDistill

/// Options of the score with time as an input.
struct TimeInputOptions: ParsableArguments {
  @Flag(help: "Make one network of (x, t) for all times from --from to the horizon.")
  var uniformInTime = false
  @Option(help: "The smallest time of --uniform-in-time (default 0).") var from: Double?
}

extension ConstructCommand {
  /// Samples at which evaluation is repeated with 32 digits where rounding seems to dominate.
  private static let exactSamples = 50

  func runUniformInTime(_ mixture: GaussianMixture, _ process: any ForwardProcess) throws {
    let start = timeInput.from ?? 0
    guard start >= 0, start < process.horizon else {
      throw CommandError.usage(
        "--from is \(start); use a time in [0, \(process.horizon))")
    }
    guard norm != ErrorNorm.uniform.rawValue else {
      throw CommandError.usage(
        "--norm uniform does not go with --uniform-in-time: its errors grow with |x|; use l1, l2 or "
          + "l4, or leave it out for all three")
    }
    guard let process = process as? OrnsteinUhlenbeck else {
      throw CommandError.usage("--uniform-in-time needs --process ou; use --time for others")
    }
    let score = try ConstructedTimeScore(
      mixture, process, from: start, tolerance: tolerance, relative: !absolute)
    let random = RandomStream(seed: seeding.seed).substream("construct")
    var measured = MeasuredTimeError(
      score.network, mixture, process, times: score.certificate.times, samples: samples,
      random: random)
    if zip(measured.powers(\.errors, relative: !absolute), score.certificate.bounds)
      .contains(where: { $0 > $1 })
    {
      measured = MeasuredTimeError(
        score.network, mixture, process, times: score.certificate.times, samples: samples,
        exactSamples: Self.exactSamples, random: random)
    }
    let result = TimeInputResult(score: score, measured: measured, norm: norm)
    try write(
      ConstructedFiles(
        network: score.network, stages: score.stages, certificate: result.certificate,
        summary: "score of p_t at (x, t), t from \(start) to \(process.horizon)",
        metadata: ["times": "\(start),\(process.horizon)"]))
    let entries: [(String, JSON)] =
      [("output", .string(output.output)), ("certificate", result.certificate)]
      + sizes(score.network) + result.json
    Console.result(.object(JSONObject(entries)), asJSON: common.json) {
      [
        headline(
          score.network, "score of p_t for t from \(start) to \(process.horizon), the last input"),
        "",
      ] + ArchitectureDrawing(score).lines + [""] + result.lines
    }
  }
}
