import ArgumentParser
import FlowDistill

struct MismatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mismatch",
    abstract: "Bound from below the error of every student of a Lipschitz budget.",
    discussion: """
      A student that stretches no distance by more than M cannot follow a flow map that tears \
      neighbours apart. Prints an error that every M-Lipschitz one-step student makes at least, \
      whatever its training, with the probability --confidence; with --segments the same for chains \
      of n such students and for each segment's student; and how many steps are necessary and \
      sufficient for M-Lipschitz students to make no error.

      Example:
        flowdistill mismatch paper:0 --budget 5 --segments 8 --rule stability
      """)

  @OptionGroup var mixture: MixtureOptions
  @Option(help: "The Lipschitz budget M of each student.") var budget: Double
  @Option(help: "The number of segments n (default: one step only).") var segments: Int?
  @Option(help: "The rule of the grid (default: stability).") var rule: String?
  @Option(help: "Points at which the flow map enters each bound.") var samples = 16_384
  @Option(help: "Points that are bounded together.") var batch = 64
  @Option(help: "The probability with which each printed bound holds.") var confidence = 0.99
  @OptionGroup var seeding: SeedOptions
  @OptionGroup(title: "Process") var process: ProcessOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    let options = try parseOptions()
    let flow = ProbabilityFlow(try mixture.make(), try process.make())
    try Memory.check(
      rows: samples, flow.mixture.dimension, matrices: 12, option: "--samples")
    let grid = try parseGrid(flow)
    var progress = Progress("mismatch", total: grid.map { $0.segmentCount + 2 } ?? 1)
    let summary = try MismatchSummary(
      flow, budget: budget, grid: grid.map { .init(rule: $0.rule, times: $0.times) },
      options: options
    ) { done, _ in progress.show(done) }
    progress.finish()
    Console.result(summary.json, asJSON: common.json) { lines(summary) }
  }

  private func parseOptions() throws -> MismatchOptions {
    guard budget > 0, budget < 1e150 else {
      throw CommandError.usage("--budget is \(budget); use a positive number below 1e150")
    }
    guard confidence > 0, confidence < 1 else {
      throw CommandError.usage("--confidence is \(confidence); use a number between 0 and 1")
    }
    guard (4...4096).contains(batch) else {
      throw CommandError.usage("--batch is \(batch); use 4 to 4096")
    }
    guard samples >= 2 * batch else {
      throw CommandError.usage("--samples is \(samples); use at least two batches of \(batch)")
    }
    return MismatchOptions(
      samples: samples, batch: batch, confidence: confidence, seed: seeding.seed)
  }

  private func parseGrid(_ flow: ProbabilityFlow) throws -> TimeGrid? {
    guard let segments else {
      if rule != nil { throw CommandError.usage("--rule goes with --segments n") }
      return nil
    }
    try checkPositive(segments, option: "--segments", atMost: 10_000)
    return try GridCommand.rule(named: rule ?? "stability").grid(for: flow, segments: segments)
  }

  private func lines(_ summary: MismatchSummary) -> [String] {
    let probability = NumberText.percent(confidence)
    var table = TextTable([
      "student", "budget", "RMS error >=", "relative MSE >=", "Lip of the map >=", "certified <=",
    ])
    func row(_ name: String, _ bound: MismatchBound) {
      table.append([
        name, number(bound.budget), number(bound.rootMeanSquare),
        number(bound.relativeMeanSquare),
        bound.families.isEmpty ? "-" : number(bound.steepestQuotient),
        bound.certifiedLogLipschitz.map { "e^\(number($0))" } ?? "∞",
      ])
    }
    row("one step", summary.oneStep)
    if let steps = summary.steps, let grid = summary.grid {
      row("\(grid.segmentCount) steps", steps)
      for bound in summary.segments { row("\(number(bound.from)) -> \(number(bound.to))", bound) }
    }
    func steps(_ n: Int?) -> String { n.map { "\($0)" } ?? "∞" }
    return table.lines + [
      "",
      "steps of this budget without error: at least \(steps(summary.necessarySteps)) needed, "
        + "\(steps(summary.sufficientSteps)) certified to suffice",
    ] + (summary.reason.map { ["(\($0))"] } ?? []) + [
      "Each bound is a certificate that holds with probability \(probability), up to the teacher's "
        + "error;",
      "the bounds by segment concern students on exact samples of their segment.",
      "State variables: native, the process's own x.",
    ]
  }

  private func number(_ value: Double) -> String { NumberText.significant(value) }
}
