import ArgumentParser
import FlowDistill

struct EvaluateFieldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate-field",
    abstract: "Evaluate the score, velocity, log-density or velocity Jacobian in closed form.",
    discussion: """
      Float64 throughout. The error estimate is the largest change of the result when the samples \
      are moved by one rounding unit: what the input's own rounding makes of it.

      Example:
        flowdistill evaluate-field paper:0 x.npy --time 0.5 --quantity score -o score.npy
      """)

  enum Quantity: String, CaseIterable, ExpressibleByArgument {
    case score, velocity
    case logDensity = "log-density"
    case velocityJacobian = "velocity-jacobian"
  }

  @OptionGroup var mixture: MixtureOptions
  @Argument(help: "Samples, one a row (.npy, .csv, .csv.gz).", completion: .file()) var samples:
    String
  @Option(help: "The time t; 0 is data.") var time: Double
  @Option(help: "score, velocity, log-density or velocity-jacobian.") var quantity: Quantity
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Process") var process: ProcessOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    let process = try process.make()
    try ProcessOptions.check(time, option: "--time", process)
    let flow = ProbabilityFlow(try mixture.make(), process)
    let x = try SampleInput.read(samples, for: flow.mixture)
    try AtomicFile.checkWritable(output.output)
    let (values, seconds) = timed { evaluate(flow, x) }
    guard values.isFinite else {
      throw CommandError.data(
        "\(samples): the \(quantity.rawValue) is not finite at some samples; use samples of ordinary size"
      )
    }
    let (n, d) = (x.rows, x.columns)
    let shape =
      switch quantity {
      case .score, .velocity: [n, d]
      case .logDensity: [n]
      case .velocityJacobian: [n, d, d]
      }
    try NPY.write(values.elements, shape: shape, to: output.output)
    let error = roundingError(flow, x, values)
    Console.result(
      [
        "output": .string(output.output), "count": .integer(n), "seconds": .number(seconds),
        "evaluations": .integer(n), "error_estimate": .number(error),
      ], asJSON: common.json
    ) { ["\(output.output): \(quantity.rawValue) at \(n) samples, t = \(time)"] }
  }

  private func evaluate(_ flow: ProbabilityFlow, _ x: Matrix<Double>) -> Matrix<Double> {
    switch quantity {
    case .score: return flow.marginal(at: time).score(x)
    case .velocity: return flow.velocity(x, at: time)
    case .logDensity:
      let values = flow.marginal(at: time).logDensity(x)
      return Matrix(rows: x.rows, columns: 1, elements: values)
    case .velocityJacobian: return flow.velocityJacobian(x, at: time)
    }
  }

  /// The largest change over the first samples when every coordinate moves to its neighbour.
  private func roundingError(
    _ flow: ProbabilityFlow, _ x: Matrix<Double>, _ values: Matrix<Double>
  ) -> Double {
    let rows = 0..<min(x.rows, 64)
    var moved = x.rowBlock(rows)
    for i in moved.elements.indices { moved.elements[i] = moved.elements[i].nextUp }
    let changed = evaluate(flow, moved)
    return zip(changed.elements, values.rowBlock(rows).elements)
      .reduce(0) { max($0, abs($1.0 - $1.1)) }
  }
}
