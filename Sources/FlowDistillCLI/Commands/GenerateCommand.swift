import ArgumentParser
import FlowDistill

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Draw few-step samples through the students of a run.",
    discussion: """
      Example:
        flowdistill generate run --count 1000 -o samples.npy
      """)

  enum Start: String, CaseIterable, ExpressibleByArgument {
    case marginal, noise
  }

  @Argument(help: .runFolder, completion: .directory) var folder: String
  @Option(help: "The number of samples.") var count: Int
  @Option(
    help:
      "Where to start: marginal, p_T (exact for a mixture), or noise, N(0, σ_T² I), as without a mixture."
  )
  var start = Start.marginal
  @OptionGroup var output: OutputOptions
  @OptionGroup var seeding: SeedOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    try checkPositive(count, option: "--count")
    let run = RunFolder(folder)
    let plan = try run.plan()
    try Memory.check(rows: count, plan.mixture.dimension, matrices: 3, option: "--count")
    let students = try run.students(plan)
    try AtomicFile.checkWritable(output.output)
    let stream = RandomStream(seed: seeding.seed).substream("generate")
    let (x, seconds) = try timed { students(try initialStates(plan, stream)) }
    try NPY.write(x, to: output.output)
    Console.result(
      [
        "output": .string(output.output), "count": .integer(count), "seconds": .number(seconds),
        "evaluations": .integer(count * plan.grid.segmentCount), "start": .string(start.rawValue),
      ], asJSON: common.json
    ) { ["\(output.output): \(count) samples in \(plan.grid.segmentCount) steps each"] }
  }

  private func initialStates(
    _ plan: DistillationPlan, _ stream: RandomStream
  ) throws -> Matrix<Double> {
    let horizon = plan.grid.times[0]
    switch start {
    case .marginal:
      return try plan.distilled.sample(
        count, at: horizon, tolerance: LearnedFlow.referenceTolerance, from: stream)
    case .noise:
      let deviation = plan.grid.process.sigmaSquared(horizon).squareRoot()
      var noise = stream.normals(rows: count, columns: plan.mixture.dimension)
      for i in noise.elements.indices { noise.elements[i] *= deviation }
      return noise
    }
  }
}
