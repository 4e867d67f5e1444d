import ArgumentParser
import FlowDistill

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write one self-contained page about runs, or about reproduced experiments.",
    discussion: """
      Takes a run folder, or a folder that holds run folders of one mixture. The page shows the \
      bounds L(t) and A(t) with the points of every grid, what was measured beside them, the errors and where they come from, and \
      samples of data, teacher and students: as images with --image-size, otherwise as points.

      Of a folder that reproduce made, or of a folder of such folders, the page shows the numbers \
      beside the published ones. --data, --image-size and --measure go with runs only.

      Example:
        flowdistill report runs --data digits.csv.gz --columns 1:64 --rescale 0:16 \
      --image-size 8x8 -o report.html
      """)

  @Argument(
    help: "A run folder, an experiment's folder, or a folder of either.", completion: .directory)
  var folder: String
  @Option(help: "The heading of the page.") var title: String?
  @Option(
    help: "Real samples to show beside the others (.npy, .csv, .csv.gz).", completion: .file())
  var data: String?
  @OptionGroup(title: "Data") var selection: DataOptions
  @Option(help: "Draw samples as gray images of WIDTHxHEIGHT pixels, such as 8x8.")
  var imageSize: String?
  @Option(
    help: ArgumentHelp(
      "Measure the flow's stability on so many samples; 0 measures nothing (default: 200).",
      valueName: "samples"))
  var measure: Int?
  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    if ReportedExperiment.isPresent(in: folder) { return try reportExperiments() }
    let size = try parsedImageSize()
    let selection = try selection.selection()
    if data == nil, self.selection.isGiven {
      throw CommandError.usage("--columns and --rescale go with --data")
    }
    let runs = try ReportedRun.all(in: folder)
    let mixture = runs[0].plan.mixture
    if let size, size.width * size.height != mixture.dimension {
      throw CommandError.usage(
        "--image-size is \(size.width)x\(size.height), \(size.width * size.height) pixels, but "
          + "samples have \(mixture.dimension)")
    }
    var report = RunReport(runs, title: title ?? "FlowDistill report")
    report.imageSize = size
    if let data {
      let samples = try selection.read(data)
      try SampleInput.check(samples, path: data, for: mixture)
      report.data = samples
    }
    report.provenance = provenance(runs)
    try AtomicFile.checkWritable(output.output)
    let measure = measure ?? 200
    if measure != 0 {
      try checkPositive(measure, option: "--measure")
      try Memory.check(rows: measure, mixture.dimension, matrices: 4, option: "--measure")
      try report.measure(samples: measure)
    }
    let (page, seconds) = timed { report.page().html() }
    try AtomicFile.write(page, to: output.output)
    Console.result(
      [
        "output": .string(output.output), "runs": .integer(runs.count),
        "bytes": .integer(page.utf8.count), "seconds": .number(seconds),
      ], asJSON: common.json
    ) { ["\(output.output): \(runs.map(\.name).joined(separator: ", "))"] }
  }

  private func parsedImageSize() throws -> (width: Int, height: Int)? {
    guard let imageSize else { return nil }
    let parts = imageSize.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let width = parts[0], let height = parts[1],
      (1...4096).contains(width), (1...4096).contains(height)
    else {
      throw CommandError.usage("--image-size is \"\(imageSize)\"; use WIDTHxHEIGHT such as 8x8")
    }
    return (width, height)
  }

  private func provenance(_ runs: [ReportedRun]) -> [(name: String, value: String)] {
    var entries: [(name: String, value: String)] = [
      ("software", "FlowDistill \(FlowDistillCommand.configuration.version)"),
      ("linear algebra", BLAS.description), ("runs", folder),
    ]
    if let data { entries.append(("data", data)) }
    entries += runs.map { run in
      ("seed of \(run.name)", String(run.plan.seed))
    }
    return entries
  }
}
