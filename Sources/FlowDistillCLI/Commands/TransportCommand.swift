import ArgumentParser
import FlowDistill

struct TransportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transport",
    abstract: "Carry samples along the probability flow: the teacher.",
    discussion: """
      The accurate teacher controls its error sample by sample in a state in which the flow is not \
      stiff. --solver euler, heun or rk4 takes --steps uniform steps in t instead; rk4 with 100 \
      steps is the published teacher, which diverges for small σ_0.

      Example:
        flowdistill transport paper:0 x.npy --from 1 --to 0 --tolerance 1e-8 -o y.npy
      """)

  enum Solver: String, CaseIterable, ExpressibleByArgument {
    case adaptive, euler, heun, rk4
  }

  @OptionGroup var mixture: MixtureOptions
  @Argument(help: "Samples, one a row (.npy, .csv, .csv.gz).", completion: .file()) var samples:
    String
  @Option(help: "The time of the samples (default: the horizon).") var from: Double?
  @Option(help: "The time to carry them to.") var to = 0.0
  @Option(help: "The local error allowed per step, relative to the size of the state.")
  var tolerance = 1e-8
  @Option(help: "adaptive, euler, heun or rk4.") var solver = Solver.adaptive
  @Option(help: "Steps of a fixed-step solver.") var steps = 100
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Process") var process: ProcessOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    let process = try process.make()
    let start = from ?? process.horizon
    try ProcessOptions.check(start, option: "--from", process)
    try ProcessOptions.check(to, option: "--to", process)
    try checkPositive(steps, option: "--steps", atMost: 100_000_000)
    guard tolerance >= 1e-14, tolerance < 1 else {
      throw CommandError.usage("--tolerance is \(tolerance); use a number in [1e-14, 1)")
    }
    let flow = ProbabilityFlow(try mixture.make(), process)
    let x = try SampleInput.read(samples, for: flow.mixture)
    try AtomicFile.checkWritable(output.output)
    let (result, seconds) = try timed { try carry(flow, x, from: start) }
    try NPY.write(result.states, to: output.output)
    Console.result(
      [
        "output": .string(output.output), "count": .integer(x.rows), "seconds": .number(seconds),
        "evaluations": .integer(result.evaluations),
        "evaluations_per_sample": .number(result.evaluationsPerSample),
        "rejections": .integer(result.rejections),
        "error_estimate": result.error.map { .number($0) } ?? .null,
        "kinds": ["error_estimate": "estimate"],
      ], asJSON: common.json
    ) {
      let error = result.error.map { NumberText.significant($0) } ?? "not estimated"
      return [
        "\(output.output): \(x.rows) samples from t = \(start) to t = \(to)",
        "largest error of a sample: \(error) (estimate); "
          + "\(NumberText.significant(result.evaluationsPerSample)) evaluations a sample",
      ]
    }
  }

  private struct Carried {
    let states: Matrix<Double>
    let evaluations: Int
    let rejections: Int
    let error: Double?
    var evaluationsPerSample: Double { Double(evaluations) / Double(max(states.rows, 1)) }
  }

  private func carry(
    _ flow: ProbabilityFlow, _ x: Matrix<Double>, from start: Double
  ) throws -> Carried {
    let method: any FixedStepSolver.Type
    switch solver {
    case .adaptive:
      let result = try Teacher(flow, tolerance: tolerance).transport(x, from: start, to: to)
        .orThrow()
      return Carried(
        states: result.states, evaluations: result.evaluations, rejections: result.rejections,
        error: result.largestErrorEstimate)
    case .euler: method = Euler.self
    case .heun: method = Heun.self
    case .rk4: method = RungeKutta4.self
    }
    let grid = (0...steps).map { start + (to - start) * Double($0) / Double(steps) }
    let states = method.transport(flow, x, along: grid)
    guard states.isFinite else {
      throw CommandError.data(
        "\(solver.rawValue) with \(steps) steps diverged; use more steps or the adaptive solver")
    }
    return Carried(
      states: states, evaluations: x.rows * steps * method.evaluationsPerStep, rejections: 0,
      error: nil)
  }
}
