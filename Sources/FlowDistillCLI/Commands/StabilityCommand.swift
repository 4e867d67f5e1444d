import ArgumentParser
import FlowDistill

struct StabilityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stability",
    abstract: "Certify how much the flow of a mixture can amplify errors.",
    discussion: """
      Prints the information certificate (typical amplification, for 99 % of the samples, for each \
      trajectory, on average), then the worst-case Lipschitz bounds and their integrals. These are \
      certificates: proved from the mixture's parameters, without sampling. Where no worst-case \
      bound is finite it says why and gives one on a ball that holds 99 % of the samples. With \
      --measure, what really happens on samples stands beside them, with standard errors and the \
      ratio of bound to measurement; with --report all of it is drawn.

      A learned teacher has no certificates: what is printed is measured by Jacobian-vector \
      products along its trajectories, and --profile writes it for grid --profile.

      Example:
        flowdistill stability paper:0 --times 0,0.1,0.5,1
      """)

  @OptionGroup var mixture: MixtureOptions
  @OptionGroup var times: TimesOptions
  @OptionGroup var state: StateOption
  @Option(help: "Write a page with pictures of all this.", completion: .file())
  var report: String?
  @Option(
    help: "Write the measured rates of a learned teacher as CSV for grid --profile.",
    completion: .file())
  var profile: String?
  @OptionGroup(title: "Process") var process: ProcessOptions
  @OptionGroup(title: "Measurement") var measurement: MeasureOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    let state = try state.make()
    let process = try process.make()
    if let learned = try mixture.learned() {
      return try measureLearned(LearnedFlow(learned, process), state)
    }
    if profile != nil {
      throw CommandError.usage(
        "--profile goes with a learned teacher; grid makes grids of a mixture by its rules")
    }
    let flow = ProbabilityFlow(try mixture.make(), process)
    let times = try times.make(flow)
    if let report { try AtomicFile.checkWritable(report) }
    let summary = StabilitySummary(flow, times: times, state: state)
    let measured = try measurement.comparison(flow, summary)
    if let report {
      var page = StabilityReport(flow, title: "Stability of \(mixture.mixture)", state: state)
      page.measured = measured?.measured
      page.provenance = [
        ("software", "FlowDistill \(FlowDistillCommand.configuration.version)"),
        ("mixture", mixture.mixture), ("seed", String(measurement.seeding.seed)),
      ]
      try AtomicFile.write(page.page().html(), to: report)
    }
    Console.result(StabilityComparison.json(summary, measured), asJSON: common.json) {
      StabilityText(summary).lines + (measured?.lines ?? [])
        + (report.map { ["", "\($0): the same as pictures"] } ?? [])
    }
  }
}
