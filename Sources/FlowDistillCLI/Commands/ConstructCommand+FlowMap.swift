import ArgumentParser
import FlowDistill

/// Options of the flow map as one network.
struct FlowMapOptions: ParsableArguments {
  @Flag(help: "Make one network of the flow map from the first to the last time of a grid.")
  var flowMap = false
  @Option(help: "The number of steps.") var segments: Int?
  @Option(help: "Steps' rule: euler, heun or rk4 (default).") var scheme: String?
  @Option(help: "A grid's rule (flowdistill grid --rule list; default: one made for the steps).")
  var rule: String?
  @Option(help: "The times of the grid in sampling order in place of it, separated by commas.")
  var times: String?
  @Option(help: "A grid file in place of it.", completion: .file()) var grid: String?

  /// Whether any option but the flag is given.
  var isGiven: Bool {
    segments != nil || scheme != nil || rule != nil || times != nil || grid != nil
  }

  /// The steps' rule, or a usage error.
  func makeScheme() throws -> FlowMapRule {
    guard let scheme else { return .rk4 }
    guard let rule = FlowMapRule(rawValue: scheme) else {
      let names = FlowMapRule.allCases.map(\.rawValue).joined(separator: ", ")
      throw CommandError.usage("--scheme is \"\(scheme)\"; use one of \(names)")
    }
    return rule
  }

  /// Times that were listed, or a usage error.
  func listed(_ text: String, _ process: any ForwardProcess) throws -> [Double] {
    let numbers = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let number = Double(part.filter { $0 != " " }) else {
        throw CommandError.usage("--times holds \"\(part)\"; use numbers separated by commas")
      }
      try ProcessOptions.check(number, option: "--times", process)
      return number
    }
    guard numbers.count >= 2, zip(numbers, numbers.dropFirst()).allSatisfy({ $0 > $1 }) else {
      throw CommandError.usage(
        "--times is \(text); use at least two times that fall, from noise to data")
    }
    return numbers
  }
}

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

  private func json(_ measured: MeasuredFlowMap) -> [(String, JSON)] {
    [
      ("measured_error", .number(measured.error)),
      ("measured_error_float32", .number(measured.singleError)),
      ("relative_mse", .number(measured.relativeMSE)),
      ("standard_error", .number(measured.standardError)),
      ("relative_mse_upper_95", .number(measured.upperLimit)),
      ("samples", .integer(measured.samples)),
      (
        "kinds",
        [
          "certificate": "certificate", "measured_error": "estimate", "relative_mse": "estimate",
        ]
      ),
    ]
  }

  /// One row a step.
  private func stepTable(_ map: ConstructedFlowMap) -> [String] {
    var table = TextTable(["step", "from", "to", "layers", "neurons", "weights"])
    for (n, stage) in map.stages.enumerated() {
      let layers = stage.layers.map { map.network.layers[$0 - 1] }
      table.append([
        "\(n + 1)", NumberText.significant(map.times[n]), NumberText.significant(map.times[n + 1]),
        "\(layers.count)", "\(layers.reduce(0) { $0 + $1.neurons })",
        "\(layers.reduce(0) { $0 + $1.values.count })",
      ])
    }
    return table.lines
  }

  private func lines(_ certificate: FlowMapCertificate, _ measured: MeasuredFlowMap) -> [String] {
    func number(_ value: Double) -> String { NumberText.significant(value) }
    var result = [
      "certificate: error <= \(number(certificate.errorBound)) in l2 over p_T, in exact arithmetic on "
        + "the stored weights (quadrature \(number(certificate.quadrature)), networks "
        + "\(number(certificate.network)))"
    ]
    if certificate.isVacuous {
      result.append(
        "the certificate is vacuous: it says no more than that velocities lie in the hull of the "
          + "means; the measured error is all there is")
    }
    result += [
      "estimate: error \(number(measured.error)) in float64, \(number(measured.singleError)) in "
        + "float32, root mean square",
      "estimate: relative mean square error \(number(measured.relativeMSE)) +- "
        + "\(number(measured.standardError)), upper 95 % limit \(number(measured.upperLimit)), "
        + "\(measured.samples) samples",
    ]
    for (name, error) in [("float64", measured.error), ("float32", measured.singleError)]
    where error > certificate.errorBound {
      result.append("warning: rounding in \(name) evaluation dominates the certified error")
    }
    return result
  }
}
