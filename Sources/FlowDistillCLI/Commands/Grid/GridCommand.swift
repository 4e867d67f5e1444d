import ArgumentParser
import FlowDistill
import RealModule

struct GridCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grid",
    abstract: "Place the times of a grid by a rule.",
    discussion: """
      For a mixture, for data (a mixture is fitted first), or from a profile of rates. A grid ends at \
      time 0, noise level 0, unless --end or --end-level says otherwise. With --export the grid alone \
      is printed, in another program's form.

      Example:
        flowdistill grid paper:0 --segments 8 --rule stability
        flowdistill grid m.json --segments 10 --rule karras --process ve --export k-diffusion
        flowdistill grid digits.csv.gz --columns 1:64 --rescale 0:16 --process ve --segments 6
        flowdistill grid --profile rates.csv --segments 6
        flowdistill grid --rule list
      """)

  @Argument(
    help: """
      A mixture file, paper:SEED, suite:NAME, or data (.npy, .csv, .csv.gz); not needed with \
      --profile or a list.
      """,
    completion: .file())
  var source: String?

  @Option(
    name: .customLong("sigma0"), help: "The standard deviation σ_0 of paper:SEED (default 1).")
  var sigma0: Double?

  @Option(help: "The number of segments n.")
  var segments: Int?

  @OptionGroup(title: "Rule") var ruling: GridRuleOptions
  @OptionGroup(title: "Export") var export: GridExportCommandOptions

  @Option(name: .shortAndLong, help: "Also write the grid to this file.", completion: .file())
  var output: String?

  @OptionGroup(title: "Data") var fitting: GridDataOptions
  @OptionGroup(title: "Process") var process: ProcessOptions
  @OptionGroup var seeding: SeedOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    if let list = GridLists(rule: ruling.rule, sampler: ruling.sampler, export: export.export) {
      return Console.result(list.json, asJSON: common.json) { list.lines }
    }
    guard let segments else { throw CommandError.usage("grid needs --segments n") }
    try checkPositive(segments, option: "--segments", atMost: GridCommand.segmentLimit)
    let process = try process.make()
    let export = try export.make()
    let grid: TimeGrid
    var flow: ProbabilityFlow?
    if let profile = ruling.profile {
      grid = try fromProfile(profile, process, segments)
    } else {
      guard let source else { throw CommandError.usage("grid needs a mixture or data") }
      let isData = GridDataOptions.isData(source)
      let rule = try ruling.makeRule(isData: isData)
      let made = ProbabilityFlow(try mixture(source, isData: isData), process)
      grid = try ruling.grid(rule, made, segments: segments, seed: seeding.seed)
      flow = made
    }
    try show(grid, flow, export)
  }

  private func mixture(_ source: String, isData: Bool) throws -> GaussianMixture {
    if isData {
      if sigma0 != nil { throw CommandError.usage("--sigma0 goes with paper:SEED, not with data") }
      return try fitting.fit(source, seed: seeding.seed)
    }
    try fitting.checkNoneGiven()
    return try MixtureOptions.make(source, sigma0: sigma0)
  }

  private func fromProfile(
    _ path: String, _ process: any ForwardProcess, _ segments: Int
  ) throws -> TimeGrid {
    guard source == nil, sigma0 == nil, ruling.rule == nil else {
      throw CommandError.usage("--profile stands in place of a mixture and a rule")
    }
    try fitting.checkNoneGiven()
    let profile = try ProfileDensity(contentsOf: path)
    // A request has a flow; a profile looks at its process alone.
    let any = try GaussianMixture(
      weights: [1], means: Matrix(rows: 1, columns: 1), covariances: .spherical([1]))
    return try profile.grid(
      ruling.request(ProbabilityFlow(any, process), segments: segments, seed: seeding.seed))
  }

  private func show(_ grid: TimeGrid, _ flow: ProbabilityFlow?, _ export: GridExporter?) throws {
    guard let export else {
      if let output { try grid.json.write(to: output) }
      return Console.result(grid.json, asJSON: common.json) { lines(grid, flow) }
    }
    let exported = try export.type.export(grid, export.options)
    if let output { try AtomicFile.write(exported.text + "\n", to: output) }
    guard case .object(var object) = grid.json, case .object(var part) = exported.json else {
      return
    }
    part["format"] = .string(export.type.name)
    object["export"] = .object(part)
    Console.result(.object(object), asJSON: common.json) {
      if let note = grid.note { Console.error("note: \(note)") }
      Console.error("note: \(exported.convention)")
      for warning in exported.warnings { Console.error("warning: \(warning)") }
      return [exported.text]
    }
  }

  private func lines(_ grid: TimeGrid, _ flow: ProbabilityFlow?) -> [String] {
    let title =
      "rule \(grid.rule), \(grid.segmentCount) segments (\(grid.kind.rawValue))"
      + (grid.sampler.map { ", for sampler \($0)" } ?? "")
    var lines = [title] + (grid.note.map { ["note: \($0)"] } ?? [])
    if let objective = grid.objective {
      lines.append("objective \(NumberText.significant(objective, digits: 6)) (estimate)")
    }
    let levels = grid.noiseLevels.map { NumberText.significant($0, digits: 6) }
    guard let flow else {
      var table = TextTable(["k", "t_k", "noise level"])
      for (k, t) in grid.times.enumerated() { table.append(["\(k)", "\(t)", levels[k]]) }
      return lines + table.lines
    }
    let bound = StabilityBound(flow)
    var table = TextTable(["k", "t_k", "noise level", "A(t_k)", "certified Lip of 0 <- t_k"])
    for (k, t) in grid.times.enumerated() {
      table.append([
        "\(k)", "\(t)", levels[k], NumberText.significant(bound.cumulative(t), digits: 6),
        NumberText.significant(.exp(bound.logAmplification(from: t, to: 0)), digits: 4),
      ])
    }
    return lines + table.lines
  }

  /// More segments than float64 times can usefully separate.
  static let segmentLimit = 1_000_000

  /// The rule of that name, or a usage error that says where all are listed.
  static func rule(named name: String) throws -> any GridRule.Type {
    guard let rule = GridRules.named(name) else {
      let near = EditDistance.nearest(to: name, in: GridRules.all.map { $0.name })
      throw CommandError.usage(
        "--rule is \"\(name)\"; "
          + (near.map { "did you mean \($0)? " } ?? "use uniform, stability or another; ")
          + "flowdistill grid --rule list names all \(GridRules.all.count)")
    }
    return rule
  }
}
