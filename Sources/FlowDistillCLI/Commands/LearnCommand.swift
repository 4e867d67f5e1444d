import ArgumentParser
import FlowDistill

struct LearnCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "learn",
    abstract: "Learn a teacher from data: a score network by denoising score matching.",
    discussion: """
      Starts from the Gaussian of the data's moments and learns what is not Gaussian, at all noise \
      levels at once, so that one teacher serves every process. What comes out goes in the place of \
      a mixture in distill, sample and stability. A run that was stopped, even killed, goes on with \
      --resume, the data and the same choices, and ends with the same bits.

      Example:
        flowdistill learn Examples/digits/digits.csv.gz --columns 1:64 --rescale 0:16 \
      -o teacher.safetensors
      """)

  @Argument(help: "Samples, one a row (.npy, .csv, .csv.gz).", completion: .file()) var data: String
  @OptionGroup(title: "Data") var selection: DataOptions
  @Option(help: "Training steps.") var steps = ScoreRecipe().steps
  @Option(help: "Samples in a step, each at a noise level of its own.")
  var batch = ScoreRecipe().batch
  @Option(help: "The width of the hidden layers.") var width = ScoreRecipe().hiddenWidths[0]
  @Option(help: "The number of hidden layers.") var depth = ScoreRecipe().hiddenWidths.count
  @Option(help: "The largest learning rate (Muon; decays by half a cosine).")
  var learningRate = ScoreRecipe().learningRate
  @Option(help: "The share of the data to hold out and measure on.")
  var heldOut = ScoreRecipe().heldOut
  @Option(name: .shortAndLong, help: "The teacher's file (.safetensors).", completion: .file())
  var output: String
  @Flag(help: "Go on with the teacher in the file.") var resume = false
  @Option(help: "Steps between checkpoints: what a kill may lose.") var checkpointEvery = 500
  @OptionGroup var seeding: SeedOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    try checkPositive(checkpointEvery, option: "--checkpoint-every")
    let recipe = try recipe()
    let selection = try selection.selection()
    guard output.hasSuffix(".safetensors") else {
      throw CommandError.usage("--output is \(output); use a name that ends in .safetensors")
    }
    if FileReader.exists(output), !resume { throw ScoreError.alreadyExists(path: output) }
    let samples = try selection.read(data)
    try Memory.check(memory(recipe, samples.columns), for: "learning with a network of this size")
    try AtomicFile.checkWritable(output)
    var learner = try learner(samples, recipe)
    if resume { try learner.resume(from: output) }
    Interruption.watch()
    var progress = Progress("learn", total: recipe.steps)
    var mean = 0.0
    let seconds = try timed {
      defer { progress.finish() }
      try learner.run(
        to: output, checkpointInterval: checkpointEvery,
        shouldStop: { Interruption.isRequested }
      ) { step, loss in
        // One batch says little.
        mean = step == 1 || mean == 0 ? loss : mean + 0.02 * (loss - mean)
        progress.show(step, "loss \(NumberText.significant(mean))")
      }
    }.seconds
    show(learner.record, samples.columns, seconds)
  }

  private func recipe() throws -> ScoreRecipe {
    try checkPositive(depth, option: "--depth", atMost: 100)
    var recipe = ScoreRecipe()
    recipe.hiddenWidths = Array(repeating: width, count: depth)
    (recipe.steps, recipe.batch) = (steps, batch)
    (recipe.learningRate, recipe.heldOut) = (learningRate, heldOut)
    if let problem = recipe.problem { throw CommandError.usage(problem) }
    return recipe
  }

  private func learner(
    _ samples: Matrix<Double>, _ recipe: ScoreRecipe
  ) throws -> ScoreLearner {
    do {
      return try ScoreLearner(samples, recipe: recipe, seed: seeding.seed)
    } catch .badData(let problem) {
      throw CommandError.data("\(data): \(problem)")
    }
  }

  /// Bytes, roughly: weights with their mean, gradient and moments; a batch forth and back.
  private func memory(_ recipe: ScoreRecipe, _ d: Int) -> Double {
    let widths = [d] + recipe.hiddenWidths + [d]
    let weights = zip(widths, widths.dropFirst()).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let states = widths.reduce(0.0) { $0 + Double($1) }
    return 24 * weights + Double(recipe.batch) * 16 * states + 16 * Double(d) * Double(d)
  }

  private func show(_ record: ScoreRecord, _ dimension: Int, _ seconds: Double) {
    func json(_ loss: ScoreRecord.Loss?) -> JSON {
      guard let loss else { return .null }
      return [
        "loss": .number(loss.loss.value), "standard_error": .number(loss.loss.standardError),
        "relative_loss": .number(loss.relative.value),
        "relative_standard_error": .number(loss.relative.standardError),
      ]
    }
    func text(_ estimate: Estimate) -> String {
      NumberText.estimate(estimate.value, standardError: estimate.standardError)
    }
    func line(_ name: String, _ loss: ScoreRecord.Loss) -> String {
      "\(name)\(text(loss.loss)), \(text(loss.relative)) of the Gaussian's   (estimate)"
    }
    Console.result(
      [
        "output": .string(output), "rows": .integer(record.rows),
        "dimension": .integer(dimension), "steps": .integer(record.recipe.steps),
        "training": json(record.training), "held_out": json(record.heldOut),
        "seconds": .number(seconds), "kinds": ["training": "estimate", "held_out": "estimate"],
      ], asJSON: common.json
    ) {
      ["\(output): a teacher in dimension \(dimension), \(steps) steps, \(durationText(seconds))"]
        + (record.training.map { [line("loss on samples learnt   ", $0)] } ?? [])
        + (record.heldOut.map { [line("loss on those held out   ", $0)] } ?? [])
        + ["next: flowdistill distill \(output) --segments 4 --rule arctan -o run"]
    }
  }
}
