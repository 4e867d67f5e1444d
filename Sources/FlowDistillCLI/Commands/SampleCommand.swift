import ArgumentParser
import FlowDistill

struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Draw samples of p_t.",
    discussion: """
      Of a learned teacher the samples are carried from the horizon by its flow.

      Example:
        flowdistill sample paper:0 --time 1 --count 1000 -o x.npy
      """)

  @OptionGroup var mixture: MixtureOptions
  @Option(help: "The time t; 0 is data.") var time: Double
  @Option(help: "The number of samples.") var count: Int
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Process") var process: ProcessOptions
  @OptionGroup var seeding: SeedOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    try checkPositive(count, option: "--count")
    let process = try process.make()
    try ProcessOptions.check(time, option: "--time", process)
    let flow = try mixture.flow(process)
    try Memory.check(rows: count, flow.dimension, matrices: 4, option: "--count")
    try AtomicFile.checkWritable(output.output)
    let (x, seconds) = try timed {
      try flow.sample(
        count, at: time, tolerance: LearnedFlow.referenceTolerance,
        from: RandomStream(seed: seeding.seed).substream("sample"))
    }
    try NPY.write(x, to: output.output)
    Console.result(
      [
        "output": .string(output.output), "count": .integer(count), "seconds": .number(seconds),
      ], asJSON: common.json
    ) { ["\(output.output): \(count) samples of p_t at t = \(time), dimension \(x.columns)"] }
  }
}
