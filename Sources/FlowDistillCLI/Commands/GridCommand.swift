import ArgumentParser
import FlowDistill
import RealModule

struct GridCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grid",
    abstract: "Place the times of a grid by a rule.",
    discussion: """
      Example:
        flowdistill grid paper:0 --segments 8 --rule stability
        flowdistill grid --rule list
      """)

  @Argument(
    help: "A mixture file, paper:SEED or suite:NAME; not needed with --rule list.",
    completion: .file(extensions: ["json"]))
  var mixture: String?

  @Option(
    name: .customLong("sigma0"), help: "The standard deviation σ_0 of paper:SEED (default 1).")
  var sigma0: Double?

  @Option(help: "The number of segments n.")
  var segments: Int?

  @Option(help: "The rule; \"list\" names all.")
  var rule = "stability"

  @Option(name: .shortAndLong, help: "Also write the grid to this file.", completion: .file())
  var output: String?

  @OptionGroup(title: "Process") var process: ProcessOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    if rule == "list" { return list() }
    guard let mixture else { throw CommandError.usage("grid needs a mixture") }
    guard let segments else { throw CommandError.usage("grid needs --segments n") }
    try checkPositive(segments, option: "--segments", atMost: GridCommand.segmentLimit)
    let rule = try GridCommand.rule(named: rule)
    let flow = ProbabilityFlow(
      try MixtureOptions.make(mixture, sigma0: sigma0), try process.make())
    let grid = try rule.grid(for: flow, segments: segments)
    if let output { try grid.json.write(to: output) }
    Console.result(grid.json, asJSON: common.json) { lines(grid, flow) }
  }

  private func lines(_ grid: TimeGrid, _ flow: ProbabilityFlow) -> [String] {
    let bound = StabilityBound(flow)
    var table = TextTable(["k", "t_k", "A(t_k)", "certified Lip of 0 <- t_k"])
    for (k, t) in grid.times.enumerated() {
      table.append([
        "\(k)", "\(t)", NumberText.significant(bound.cumulative(t), digits: 6),
        NumberText.significant(.exp(bound.logAmplification(from: t, to: 0)), digits: 4),
      ])
    }
    return ["rule \(grid.rule), \(grid.segmentCount) segments (\(grid.kind.rawValue))"]
      + (grid.note.map { ["note: \($0)"] } ?? []) + table.lines
  }

  private func list() {
    Console.result(
      .array(
        GridRules.all.map { ["name": .string($0.name), "summary": .string($0.summary)] }),
      asJSON: common.json
    ) {
      let width = GridRules.all.map { $0.name.count }.max() ?? 0
      return GridRules.all.map { rule in
        rule.name + String(repeating: " ", count: width - rule.name.count + 3) + rule.summary
      }
    }
  }

  /// More segments than float64 times can usefully separate.
  static let segmentLimit = 1_000_000

  /// The rule of that name, or a usage error that lists the others.
  static func rule(named name: String) throws -> any GridRule.Type {
    guard let rule = GridRules.named(name) else {
      let names = GridRules.all.map { $0.name }.joined(separator: ", ")
      throw CommandError.usage("--rule is \"\(name)\"; use one of \(names)")
    }
    return rule
  }
}
