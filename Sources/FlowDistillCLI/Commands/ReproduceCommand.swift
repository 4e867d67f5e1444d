import ArgumentParser
import FlowDistill

struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce",
    abstract: "Run one of the paper's four experiments, or collect the parts of one.",
    discussion: """
      score, one-step, depth and grids are experiments 1 to 4 of arXiv:2606.03820. --scale quick is a \
      reduction of at most ten minutes on two cores, --scale paper the published protocol. Students learn \
      from a teacher with error control, or from the published one, which diverges for small σ_0.

      An experiment is a list of cells (--list). What is finished is never computed again: after any \
      stop the same command goes on. Cells may be shared between machines with --shard, whose folders \
      collect brings together.

      Example:
        flowdistill reproduce grids -o grids
        flowdistill report grids -o grids.html
        flowdistill reproduce score --scale paper --only width=128,256 --seeds 0 -o score
        flowdistill reproduce collect part1 part2 -o whole
      """)

  @Argument(help: "score, one-step, depth, grids, or collect.")
  var experiment: String

  @Argument(help: "With collect: the folders to bring together.", completion: .directory)
  var folders: [String] = []

  @Option(name: .shortAndLong, help: "The folder of the experiment.", completion: .directory)
  var output: String

  @Option(help: "quick or paper (default quick).")
  var scale: String?

  @Option(help: "Targets: accurate (error control) or published (uniform RK4) (default accurate).")
  var teacher: String?

  @Option(help: "Training steps of each cell, if not those of the scale.")
  var steps: Int?

  @Option(help: "Seeds, separated by commas (default: the scale's; 0 to 9 in the paper).")
  var seeds: String?

  @Option(
    help: ArgumentHelp("Only cells with these values; may be repeated.", valueName: "name=value,…"))
  var only: [String] = []

  @Option(help: ArgumentHelp("Only part i of n of the cells.", valueName: "i/n"))
  var shard: String?

  @Flag(help: "List the cells with what is finished, and run nothing.")
  var list = false

  @Option(help: "Steps between checkpoints of a cell: what a kill may lose.")
  var checkpointEvery = 200

  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    try checkPositive(checkpointEvery, option: "--checkpoint-every")
    guard !output.isEmpty else {
      throw FormatError.cannotWrite(path: output, reason: "the name is empty")
    }
    let folder = ExperimentFolder(output)
    if experiment == "collect" { return try collect(folder) }
    guard folders.isEmpty else {
      throw CommandError.usage(
        "\"\(folders[0])\" is one argument too many; folders go with collect")
    }
    let plan = try plan()
    let cells = try selection().of(plan.cells(seeds: try parsedSeeds()))
    if list { return try show(cells, folder, plan) }
    try folder.open(plan)
    Interruption.watch()
    var missing: [Cell] = []
    for cell in cells where try folder.result(cell) == nil { missing.append(cell) }
    let total = missing.reduce(0) { $0 + $1.plan.recipe.totalSteps }
    var progress = Progress("reproduce", total: max(total, 1))
    var done = 0
    let runner = CellRunner(folder, checkpointInterval: checkpointEvery)
    let seconds = try timed {
      defer { progress.finish() }
      for (i, cell) in missing.enumerated() {
        try Memory.check(cell.plan.memoryEstimate, for: "training the networks of \(cell.name)")
        _ = try runner.run(cell, shouldStop: { Interruption.isRequested }) { now in
          progress.show(
            done + now.totalStep,
            "cell \(i + 1)/\(missing.count) \(cell.name), loss " + NumberText.significant(now.loss))
        }
        done += cell.plan.recipe.totalSteps
        try folder.writeTables(plan)
      }
    }.seconds
    try conclude(folder, plan, computed: missing.count, of: cells.count, seconds)
  }

  private func collect(_ folder: ExperimentFolder) throws {
    guard !folders.isEmpty else {
      throw CommandError.usage("collect needs the folders to bring together")
    }
    guard scale == nil, teacher == nil, steps == nil, seeds == nil, only.isEmpty, shard == nil,
      !list
    else {
      throw CommandError.usage("collect takes everything that the folders hold; give only -o")
    }
    for path in folders where !ExperimentFolder(path).hasPlan {
      guard FileReader.exists(path) else { throw FormatError.notFound(path: path) }
      throw CommandError.data("\(path) holds no experiment; give folders that reproduce made")
    }
    let (added, seconds) = try timed { try folder.collect(folders.map(ExperimentFolder.init)) }
    let plan = try folder.plan()
    try conclude(folder, plan, computed: added, of: try folder.results().count, seconds)
  }

  /// Writes the tables and says what they hold.
  private func conclude(
    _ folder: ExperimentFolder, _ plan: ReproductionPlan, computed: Int, of count: Int,
    _ seconds: Double
  ) throws {
    let tables = try folder.writeTables(plan)
    Console.result(
      [
        "output": .string(output), "experiment": .string(plan.experiment.rawValue),
        "scale": .string(plan.scale.rawValue), "teacher": .string(plan.teacher.rawValue),
        "cells": .integer(count), "computed": .integer(computed), "seconds": .number(seconds),
        "tables": .strings(tables.map { folder.file($0.name + ".csv") }), "kind": "estimate",
      ], asJSON: common.json
    ) {
      tables.filter { $0.name != "runs" }.flatMap { table -> [String] in
        var text = TextTable(table.header)
        for row in table.rows { text.append(row) }
        return ["\(folder.file(table.name + ".csv"))"] + text.lines + [""]
      } + [
        "\(output): \(computed) of \(count) cells computed now, \(durationText(seconds)); "
          + "relative mean squared errors, all estimates",
        "next: flowdistill report \(output) -o report.html",
      ]
    }
  }

  private func show(_ cells: [Cell], _ folder: ExperimentFolder, _ plan: ReproductionPlan) throws {
    if folder.hasPlan, try folder.plan() != plan {
      throw ExperimentError.otherPlan(path: folder.path)
    }
    var rows: [(cell: Cell, isFinished: Bool)] = []
    for cell in cells { rows.append((cell, try folder.result(cell) != nil)) }
    Console.result(
      [
        "cells": .array(
          rows.map {
            ["name": .string($0.cell.name), "finished": .bool($0.isFinished)]
          })
      ], asJSON: common.json
    ) { rows.map { ($0.isFinished ? "finished  " : "missing   ") + $0.cell.name } }
  }

  private func plan() throws -> ReproductionPlan {
    func choice<T: RawRepresentable & CaseIterable>(_ text: String, _ name: String) throws -> T
    where T.RawValue == String {
      guard let value = T(rawValue: text) else {
        let names = T.allCases.map(\.rawValue).joined(separator: ", ")
        throw CommandError.usage("\(name) is \"\(text)\"; use one of \(names)")
      }
      return value
    }
    guard let kind = Experiment(rawValue: experiment) else {
      let names = Experiment.allCases.map(\.rawValue).joined(separator: ", ")
      throw CommandError.usage(
        "the experiment is \"\(experiment)\"; use one of \(names), or collect")
    }
    if let steps {
      try checkPositive(steps, option: "--steps", atMost: 1_000_000_000)
      if kind == .grids, steps < 16 {
        throw CommandError.usage("--steps is \(steps); use at least one for each of 16 segments")
      }
    }
    return ReproductionPlan(
      kind, scale: try choice(scale ?? "quick", "--scale"),
      teacher: try choice(teacher ?? "accurate", "--teacher"), steps: steps)
  }

  private func parsedSeeds() throws -> [UInt64]? {
    guard let seeds else { return nil }
    let parts = seeds.split(separator: ",", omittingEmptySubsequences: false)
    return try parts.map {
      guard let seed = UInt32($0) else {
        throw CommandError.usage(
          "--seeds is \"\(seeds)\"; use whole numbers from 0 to 4294967295 between commas")
      }
      return UInt64(seed)
    }
  }

  private func selection() throws -> CellSelection {
    var selection = CellSelection()
    for text in only {
      let parts = text.split(separator: "=", maxSplits: 1)
      let values = parts.last?.split(separator: ",", omittingEmptySubsequences: false) ?? []
      guard parts.count == 2, !values.contains("") else {
        throw CommandError.usage("--only is \"\(text)\"; use NAME=VALUE,VALUE such as n=4,8")
      }
      selection.only.append((String(parts[0]), values.map(String.init)))
    }
    if let shard {
      let parts = shard.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
      guard parts.count == 2, let index = parts[0], let count = parts[1], index >= 1, index <= count
      else {
        throw CommandError.usage("--shard is \"\(shard)\"; use i/n with i from 1 to n")
      }
      selection.shard = (index, count)
    }
    return selection
  }
}
