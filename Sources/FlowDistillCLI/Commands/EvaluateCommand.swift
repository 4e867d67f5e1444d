import ArgumentParser
import FlowDistill

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure how well the students of a run reproduce the teacher.",
    discussion: """
      Carries fresh samples of p_T through the students and through the teacher. Prints the \
      end-to-end relative mean squared error with its standard error, the negative log-likelihood, \
      and the exact error budget by segment; keeps them in the run folder as evaluation.json. With \
      --data also how far the students' and the teacher's samples are from real ones.

      Example:
        flowdistill evaluate run --samples 50000
      """)

  @Argument(help: .runFolder, completion: .directory)
  var folder: String

  @Option(help: "Samples of p_T.")
  var samples = 20_000

  @Option(
    help: "Real samples to compare with (.npy, .csv, .csv.gz).", completion: .file())
  var data: String?
  @OptionGroup(title: "Data") var selection: DataOptions

  @Flag(
    help: "Leave out the certificates, which take long with many components of unequal covariance.")
  var noCertificates = false

  @OptionGroup var seeding: SeedOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    try checkPositive(samples, option: "--samples")
    let selection = try selection.selection()
    if data == nil, self.selection.isGiven {
      throw CommandError.usage("--columns and --rescale go with --data")
    }
    let run = RunFolder(folder)
    let plan = try run.plan()
    try Memory.check(
      rows: samples, plan.mixture.dimension, matrices: 2 * plan.grid.segmentCount + 6,
      option: "--samples")
    let students = try run.students(plan)
    try AtomicFile.checkWritable(run.file("evaluation.json"))
    let real = try data.map { path in
      let real = try selection.read(path)
      try SampleInput.check(real, path: path, for: plan.mixture)
      guard real.rows > 1 else { throw CommandError.data("\(path): one sample is no law") }
      return real
    }
    var progress = Progress("evaluate", total: plan.grid.segmentCount + 1)
    var evaluation = try Evaluation(
      students, plan: plan, samples: samples, seed: seeding.seed, isCertified: !noCertificates
    ) { done, _ in progress.show(done) }
    evaluation.quality = try real.map {
      try SampleQuality(students, plan: plan, data: $0, seed: seeding.seed)
    }
    progress.finish()
    try evaluation.json.write(to: run.file("evaluation.json"))
    let lipschitz = noCertificates ? [] : students.lipschitz(plan)
    Console.result(evaluation.json(with: lipschitz), asJSON: common.json) {
      lines(evaluation, predicted: run.predictedError) + StudentLipschitzTable(lipschitz).lines
    }
  }

  private func text(_ estimate: Estimate) -> String {
    NumberText.estimate(estimate.value, standardError: estimate.standardError)
  }

  private func likelihood(_ evaluation: Evaluation) -> [String] {
    guard let own = evaluation.negativeLogLikelihood,
      let teacher = evaluation.teacherNegativeLogLikelihood
    else { return ["negative log-likelihood   none: a learned teacher has no density"] }
    return [
      "negative log-likelihood   \(text(own)) nats   (estimate; the teacher's: \(text(teacher)))"
    ]
  }

  private func quality(_ evaluation: Evaluation) -> [String] {
    guard let quality = evaluation.quality else { return [] }
    return [
      "sliced Wasserstein        \(text(quality.students)) to \(quality.sampleCount) real samples"
        + "   (estimate; the teacher's: \(text(quality.teacher)),",
      "                          two sets of the teacher's: \(text(quality.floor)))",
    ]
  }

  private func lines(_ evaluation: Evaluation, predicted: Double?) -> [String] {
    func number(_ value: Double) -> String { NumberText.significant(value) }
    var table = TextTable(
      ["segment", "local error", "measured ampl.", "certified ampl.", "ratio", "share of error"])
    for segment in evaluation.segments {
      table.append([
        "\(number(segment.from)) -> \(number(segment.to))", number(segment.localError),
        number(segment.measuredAmplification),
        segment.certifiedAmplification.map(number) ?? "-",
        segment.amplificationRatio.map(number) ?? "-", NumberText.percent(segment.share),
      ])
    }
    let prediction = predicted.map {
      "predicted by planning     \(number($0))   (estimate; measured over predicted "
        + "\(number(evaluation.relativeError.value / $0)))"
    }
    return [
      "end-to-end relative MSE   \(text(evaluation.relativeError))   (estimate, \(evaluation.sampleCount) samples)"
    ] + [prediction].compactMap(\.self) + likelihood(evaluation) + quality(evaluation) + [""]
      + table.lines + [
        "",
        "State variables: native, the process's own x.",
        "Local error: root mean square on the students' own states (estimate). Certified: one-sided",
        "Lipschitz bound of the rest of the flow (certificate). Shares add up to 100 % (estimate).",
      ] + (evaluation.warning.map { ["Warning: \($0)."] } ?? [])
  }
}
