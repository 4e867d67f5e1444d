import FlowDistill

extension ConstructCommand {
  /// The process and the times of the steps; nil for those that `ConstructedFlowMap` makes itself.
  private func flowMapGrid(
    _ flow: ProbabilityFlow
  ) throws -> (process: any ForwardProcess, times: [Double]?, rule: String) {
    let given = [flowMap.rule, flowMap.times, flowMap.grid].compactMap(\.self)
    guard given.count <= 1 else {
      throw CommandError.usage("--rule, --times and --grid exclude each other")
    }
    if let grid = flowMap.grid {
      guard flowMap.segments == nil, !process.isGiven else {
        throw CommandError.usage(
          "--grid brings its own segments and process; leave out --segments and process options")
      }
      let grid = try TimeGrid(try JSONReader(contentsOf: grid))
      return (grid.process, grid.times, grid.rule)
    }
    if let times = flowMap.times {
      guard flowMap.segments == nil else {
        throw CommandError.usage("--times takes the place of --segments; give one of both")
      }
      return (flow.process, try flowMap.listed(times, flow.process), "given")
    }
    guard let segments = flowMap.segments else {
      throw CommandError.usage("--flow-map needs --segments n, --times or --grid")
    }
    try checkPositive(segments, option: "--segments", atMost: Self.segmentLimit)
    guard let rule = flowMap.rule else { return (flow.process, nil, "constructed") }
    let grid = try GridCommand.rule(named: rule).grid(for: flow, segments: segments)
    return (flow.process, grid.times, grid.rule)
  }

  /// Every step adds layers, so that more of them are a slip of the keyboard.
  private static let segmentLimit = 10_000

  func runFlowMap(_ mixture: GaussianMixture, _ givenProcess: any ForwardProcess) throws {
    let scheme = try flowMap.makeScheme()
    guard norm == nil || norm == ErrorNorm.l2.rawValue else {
      throw CommandError.usage("--norm does not go with --flow-map: its norm is l2 over p_T")
    }
    let (process, listed, rule) = try flowMapGrid(ProbabilityFlow(mixture, givenProcess))
    guard mixture.hasSharedCovariance, mixture.spectrum.geometry == .isotropic else {
      throw ConstructionError.anisotropicCovariance
    }
    let times =
      listed
      ?? ConstructedFlowMap.defaultTimes(
        mixture, process, segments: flowMap.segments ?? 1, rule: scheme, tolerance: tolerance,
        relative: !absolute)
    let map = try ConstructedFlowMap(
      mixture, process, times: times, rule: scheme, tolerance: tolerance, relative: !absolute)
    let measured = try MeasuredFlowMap(
      map.network, ProbabilityFlow(mixture, process), from: times[0], to: times[times.count - 1],
      samples: samples, random: RandomStream(seed: seeding.seed).substream("construct"))
    try write(
      ConstructedFiles(
        network: map.network, stages: map.stages, certificate: map.certificate.json,
        summary: "flow map from t = \(times[0]) to t = \(times[times.count - 1])",
        metadata: ["times": times.map { "\($0)" }.joined(separator: ",")]))
    let entries: [(String, JSON)] = [
      ("output", .string(output.output)), ("scheme", .string(scheme.rawValue)),
      ("rule", .string(rule)), ("times", .array(times.map { .number($0) })),
      ("certificate", map.certificate.json),
    ]
    Console.result(
      .object(JSONObject(entries + sizes(map.network) + json(measured))), asJSON: common.json
    ) {
      [
        headline(
          map.network,
          "flow map from t = \(times[0]) to t = \(times[times.count - 1]), \(times.count - 1) "
            + "\(scheme.rawValue) steps on the \(rule) grid"), "",
      ] + stepTable(map) + [""] + lines(map.certificate, measured)
    }
  }
}
