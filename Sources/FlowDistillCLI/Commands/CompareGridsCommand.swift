import ArgumentParser
import FlowDistill
import Synchronization

struct CompareGridsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare-grids",
    abstract: "Compare grid rules by what few-step samplers make of them.",
    discussion: """
      Runs each sampler on the grid of each rule from samples of p_T and compares where they end with \
      where the accurate teacher carries the same samples: relative mean squared error, also as a \
      multiple of that on the grid of rule optimal ("times oracle"), sliced Wasserstein distance, \
      energy distance and log-likelihood. Every measured number is an estimate on samples that no \
      rule has seen. A rule that cannot make a grid leaves a dash and says why.

      Example:
        flowdistill compare-grids suite --rules uniform,stability --segments 4,8 -o table.csv
        flowdistill compare-grids suite:ring-8 paper:0 --process ve --report report.html
      """)

  @Argument(
    help: "suite, or mixtures: files, folders of files, suite:NAME, paper:SEED.",
    completion: .file(extensions: ["json"]))
  var mixtures: [String]
  @Option(
    name: .customLong("sigma0"), help: "The standard deviation σ_0 of paper:SEED (default 1).")
  var sigma0: Double?
  @Option(help: "Rules, separated by commas (default: all; see grid --rule list).")
  var rules: String?
  @Option(
    help: "A parameter as name=value for the rules that have one of that name; several times.")
  var parameter: [String] = []
  @Option(
    help:
      "Samplers, separated by commas: \(FewStepSamplers.all.map { $0.name }.joined(separator: ", "))."
  )
  var samplers = EulerSampler.name
  @Option(help: "Numbers of segments n, separated by commas.") var segments = "4,8"
  @Option(help: "The last time of the grids (default 0).") var end: Double?
  @Option(help: "The last noise level sigma/alpha of the grids, in place of --end.")
  var endLevel: Double?
  @Option(help: "Samples of p_T for each mixture.") var samples = 4000
  @Option(help: "Seconds after which the optimiser of a grid stops with the best that it has.")
  var timeBudget: Double?
  @Flag(help: "Leave out the grids of rule optimal, which can take long, and \"times oracle\".")
  var noOracle = false
  @Option(name: .shortAndLong, help: "Also write the table to this CSV file.", completion: .file())
  var output: String?
  @Option(help: "Also write a page with plots to this HTML file.", completion: .file())
  var report: String?
  @OptionGroup var seeding: SeedOptions
  @OptionGroup(title: "Process") var process: ProcessOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    let plan = try parsePlan()
    for path in [output, report].compactMap({ $0 }) { try AtomicFile.checkWritable(path) }
    Interruption.watch()
    let comparison = try compare(plan)
    if let output { try AtomicFile.write(comparison.csv, to: output) }
    if let report {
      try AtomicFile.write(ComparisonReport(comparison).page().html(), to: report)
    }
    Console.result(comparison.json, asJSON: common.json) { lines(comparison) }
  }

  private func compare(_ plan: ComparisonPlan) throws -> GridComparison {
    let bar = Mutex(Progress("compare-grids", total: plan.cellCount))
    defer { bar.withLock { $0.finish() } }
    return try GridComparison(plan, isCancelled: { Interruption.isRequested }) { state in
      // An optimiser cannot be asked to stop; but nothing is being written yet.
      if Interruption.isRequested {
        bar.withLock { $0.finish() }
        ExitStatus.exit(after: ComparisonError.interrupted)
      }
      bar.withLock { $0.show(state.done, state.description) }
    }
  }

  private func parsePlan() throws -> ComparisonPlan {
    let process = try process.make()
    let rules = try parseRules()
    let samplers = try list(samplers, option: "--samplers", FewStepSamplers.named) {
      FewStepSamplers.all.map { $0.name }
    }
    let numbers = try list(segments, option: "--segments", { Int($0) }) { ["whole numbers"] }
    for n in numbers { try checkPositive(n, option: "--segments", atMost: 10_000) }
    guard samples >= 100 else {
      throw CommandError.usage("--samples is \(samples); use at least 100")
    }
    if let timeBudget, !(timeBudget > 0 && timeBudget.isFinite) {
      throw CommandError.usage("--time-budget is \(timeBudget); use a positive number of seconds")
    }
    let end = try parseEnd(process)
    let cases = try ComparisonCases.make(mixtures, sigma0: sigma0)
    let dimension = cases.map { $0.mixture.dimension }.max() ?? 1
    // States, projections, and what each sample adds to the means.
    try Memory.check(
      rows: samples, 12 * dimension + 400 + rules.count * samplers.count, matrices: 1,
      option: "--samples")
    var plan = ComparisonPlan(cases, process, rules: rules, samplers: samplers, segments: numbers)
    (plan.end, plan.samples, plan.seed) = (end, samples, seeding.seed)
    plan.timeBudget = timeBudget
    if noOracle { plan.oracle = nil }
    plan.parameters = try RuleParameters.parse(parameter)
    try RuleParameters.check(plan.parameters, of: plan.allRules)
    return plan
  }

  private func parseRules() throws -> [any GridRule.Type] {
    let oracle = "optimal"
    guard let rules, rules != "all" else {
      return GridRules.all.filter { !noOracle || $0.name != oracle }
    }
    // All names are more than a message holds.
    return try list(rules, option: "--rules", GridRules.named) {
      ["uniform", "stability or another that flowdistill grid --rule list names"]
    }
  }

  /// The parts of a list, each looked up, none twice.
  private func list<T>(
    _ text: String, option: String, _ find: (String) -> T?, known: () -> [String]
  ) throws -> [T] {
    var seen: [String] = []
    return try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let name = String(part.filter { $0 != " " })
      guard let value = find(name) else {
        throw CommandError.usage(
          "\(option) holds \"\(part)\"; use \(known().joined(separator: ", "))")
      }
      guard !seen.contains(name) else {
        throw CommandError.usage("\(option) holds \"\(part)\" twice")
      }
      seen.append(name)
      return value
    }
  }

  private func parseEnd(_ process: any ForwardProcess) throws -> Double {
    guard let endLevel else {
      let end = end ?? 0
      guard end >= 0, end < process.horizon else {
        throw CommandError.usage("--end is \(end); use a time in [0, \(process.horizon))")
      }
      return end
    }
    if end != nil { throw CommandError.usage("--end and --end-level exclude each other") }
    guard let time = process.time(atNoiseLevel: endLevel), time < process.horizon else {
      throw CommandError.usage(
        "--end-level is \(endLevel); use a level in [0, \(process.noiseLevel(process.horizon)))")
    }
    return time
  }
}
