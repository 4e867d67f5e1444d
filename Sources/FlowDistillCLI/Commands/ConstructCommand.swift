import ArgumentParser
import FlowDistill

struct ConstructCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "construct",
    abstract:
      "Write the score or the flow map down as a ReLU–ReQU network with a proof of its error.",
    discussion: """
      Nothing is trained: the network's weights follow from the mixture and the tolerance. The error \
      is certified in exact arithmetic on the stored weights; what rounding in evaluation adds is \
      measured.

      The score at --time: certified for all x within 50 standard deviations of the means, or with \
      --norm in L^p(p_t). Where components have different covariances the norm is l2 unless --norm \
      is given, and uniform means |x| <= ball only. The tolerance is relative to the root mean square \
      of the score unless --absolute is given.

      With --uniform-in-time one network takes (x, t), t last, for all times from --from to the \
      horizon: certified in L^1, L^2 and L^4 over p_t. It needs --process ou and one isotropic \
      covariance.

      With --flow-map one network takes the first to the last time of a grid, certified in L^2 over \
      p_T. The tolerance is what networks may move a velocity of the steps, in units of the means' \
      largest distance, or with --absolute as it is; the certificate adds the quadrature. It needs \
      one isotropic covariance.

      Example:
        flowdistill construct paper:0 --tolerance 1e-6 --time 0 -o net.fdnet --onnx net.onnx
        flowdistill construct paper:0 --sigma0 0.1 --tolerance 1e-6 --uniform-in-time -o net.fdnet
        flowdistill construct paper:0 --tolerance 1e-4 --flow-map --segments 10 -o net.fdnet
      """)

  @OptionGroup var mixture: MixtureOptions
  @Option(help: "The error to stay below.") var tolerance: Double
  @Option(help: "The time t; 0 is data.") var time = 0.0
  @Option(
    help: """
      The norm of the error: uniform, or l1, l2, l4 over p_t; by default uniform for one shared \
      covariance, otherwise l2.
      """) var norm: String?
  @Option(
    help: """
      The layout: mixed, pure (each layer all ReLU or all ReQU), log-log (least depth) or single (as \
      accurate in float32 as the closed form where components are apart).
      """)
  var variant = "mixed"
  @Flag(help: "Take the tolerance as it is, not relative to the score.") var absolute = false
  @Flag(
    help: """
      Print tables of size against accuracy, 1e-1 to the tolerance, and at the tolerance against the \
      number of components, the dimension and their separation, for mixtures like the paper's.
      """)
  var sweep = false
  @OptionGroup(title: "Time as an input") var timeInput: TimeInputOptions
  @OptionGroup(title: "Flow map") var flowMap: FlowMapOptions
  @OptionGroup var output: OutputOptions
  @Option(help: "Also write an ONNX file (opset 17).", completion: .file()) var onnx: String?
  @Flag(help: "Write the ONNX file in float32.") var float32 = false
  @Option(help: "Also draw the architecture as SVG.", completion: .file()) var svg: String?
  @Option(
    help: "Also write a page with the network, its errors and, with --sweep, plots of its size.",
    completion: .file()) var report: String?
  @Option(help: "Points of each kind at which the error is measured.") var samples = 1000
  @OptionGroup(title: "Process") var process: ProcessOptions
  @OptionGroup var seeding: SeedOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    guard tolerance > 0, tolerance.isFinite else {
      throw CommandError.usage("--tolerance is \(tolerance); use a positive number")
    }
    let norm = try norm.map { name in
      guard let norm = ErrorNorm(rawValue: name) else {
        throw CommandError.usage(
          "--norm is \"\(name)\"; use one of "
            + ErrorNorm.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return norm
    }
    guard let variant = NetworkVariant(rawValue: variant) else {
      throw CommandError.usage(
        "--variant is \"\(variant)\"; use one of "
          + NetworkVariant.allCases.map(\.rawValue).joined(separator: ", "))
    }
    try checkPositive(samples, option: "--samples")
    let process = try process.make()
    try ProcessOptions.check(time, option: "--time", process)
    if float32, onnx == nil { throw CommandError.usage("--float32 goes with --onnx") }
    let flow = ProbabilityFlow(try mixture.make(), process)
    try Memory.check(rows: samples, flow.mixture.dimension, matrices: 12, option: "--samples")
    for path in [output.output, onnx, svg, report].compactMap(\.self) {
      try AtomicFile.checkWritable(path)
    }
    try checkForm()
    if variant != .mixed, timeInput.uniformInTime || flowMap.flowMap {
      throw CommandError.usage("--variant is for scores at a fixed time")
    }
    if timeInput.uniformInTime { return try runUniformInTime(flow.mixture, process) }
    if flowMap.flowMap { return try runFlowMap(flow.mixture, process) }
    let marginal = flow.marginal(at: time)
    let score = try construct(marginal, tolerance, norm, variant)
    let measured = MeasuredError(
      score.network, marginal, samples: samples,
      random: RandomStream(seed: seeding.seed).substream("construct"),
      ball: score.certificate.growth.isFinite ? .infinity : score.certificate.ball)
    let rows = try sweep ? sweepRows(marginal, norm, variant) : []
    try write(score)
    // Mixtures like the paper's, relative to their own scores.
    let sizes = try sweep && !absolute ? sizeSweeps(marginal, variant) : []
    if let report {
      try AtomicFile.write(page(flow, score, measured, rows, sizes, variant).html(), to: report)
    }
    Console.result(json(score, measured, rows, sizes), asJSON: common.json) {
      lines(score, measured) + (sweep ? [""] + table(rows) + lines(sizes) : [])
        + (report.map { ["", "\($0): the same as pictures"] } ?? [])
    }
  }

  func construct(
    _ marginal: Marginal, _ tolerance: Double, _ norm: ErrorNorm?, _ variant: NetworkVariant
  ) throws -> ConstructedScore {
    try ConstructedScore(
      marginal, tolerance: tolerance, relative: !absolute, norm: norm, variant: variant)
  }

  private func write(_ score: ConstructedScore) throws {
    try write(
      ConstructedFiles(
        network: score.network, stages: score.stages, certificate: score.certificate.json,
        summary: "score of p_t at t = \(time)", metadata: ["time": "\(time)"]))
  }
}
