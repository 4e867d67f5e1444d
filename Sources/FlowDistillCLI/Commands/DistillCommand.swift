import ArgumentParser
import FlowDistill

struct DistillCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "distill",
    abstract: "Train or construct one student network for each segment of a time grid.",
    discussion: """
      Writes a run folder from which every other command works. A run that was stopped, even \
      killed, goes on with --resume and ends with the same bits as an uninterrupted one.

      Example:
        flowdistill distill paper:0 --segments 8 --rule stability --recipe paper --steps 8000 -o run
        flowdistill distill --resume -o run
        flowdistill distill paper:0 --segments auto:0.05 --recipe best --steps 4000 -o run
        flowdistill distill paper:0 --segments 8 --rule log-snr --student constructed -o run
        flowdistill distill teacher.safetensors --segments 4 --rule arctan --recipe best -o run
      """)

  @Argument(
    help: "A mixture file, paper:SEED or a learned teacher; not needed with --resume.",
    completion: .file(extensions: ["json", "safetensors"]))
  var mixture: String?

  @Option(
    name: .customLong("sigma0"), help: "The standard deviation σ_0 of paper:SEED (default 1).")
  var sigma0: Double?

  @Option(
    help:
      "The number of segments n, or auto:E: the fewest that are expected to reach relative MSE E."
  )
  var segments: String?

  @Option(help: "The rule of the grid (flowdistill grid --rule list; default stability).")
  var rule: String?

  @Option(help: "planned: segments for distillation rather than sampling, in place of --rule.")
  var segmentation: String?

  @Flag(
    help:
      "Leave out the rehearsal that predicts the error on planned segments: half of the steps.")
  var noPrediction = false

  @Option(help: "A grid file in place of --segments and --rule.", completion: .file())
  var grid: String?

  @Option(name: .shortAndLong, help: "The run folder.", completion: .directory)
  var output: String

  @Flag(help: "Go on with the run in the folder.")
  var resume = false

  @Option(help: "Steps between checkpoints: what a kill may lose.")
  var checkpointEvery = 200

  @OptionGroup(title: "Training") var recipe: RecipeOptions
  @OptionGroup(title: "Process") var process: ProcessOptions
  @Option(help: "The seed; results are a pure function of it (default 0).")
  var seed: UInt64?
  @OptionGroup var common: CommonOptions

  func run() throws {
    common.apply()
    try checkPositive(checkpointEvery, option: "--checkpoint-every")
    let folder = RunFolder(output)
    // Before a rehearsal, which may take long.
    if !resume { try folder.checkVacant() }
    let (expected, planned) = try plan(folder)
    let distiller: Distiller
    // A planning that was stopped has left rehearsals, but no plan to resume.
    if resume, folder.hasPlan || expected == nil {
      distiller = try Distiller(
        resuming: folder, expecting: expected, checkpointInterval: checkpointEvery)
      try checkMemory(distiller.plan)
    } else {
      guard let expected else {
        throw CommandError.usage("distill needs a mixture, or --resume to go on with a run")
      }
      try checkMemory(expected)
      distiller = try Distiller(
        starting: expected, in: folder, checkpointInterval: checkpointEvery)
    }
    if let planned { try planned.json.write(to: folder.file("segmentation.json")) }
    Interruption.watch()
    let plan = distiller.plan
    let isConstructed = plan.recipe.construction != nil
    var progress = Progress(
      "distill", total: isConstructed ? plan.grid.segmentCount : plan.recipe.totalSteps)
    var last: TrainingProgress?
    let seconds = try timed {
      defer { progress.finish() }
      try distiller.run(shouldStop: { Interruption.isRequested }) { now in
        last = now
        progress.show(
          now.totalStep,
          "segment \(now.segment + 1)/\(now.segmentCount), "
            + (isConstructed ? "certificate " : "loss ") + NumberText.significant(now.loss)
        )
      }
    }.seconds
    let record = RunRecord(seconds: seconds, resumed: resume, steps: last?.totalStep)
    try record.json(plan).write(to: folder.file("run.json"))
    let constructed = isConstructed ? try folder.students(plan) : StudentChain([])
    var entries: [(String, JSON)] = [
      ("output", .string(output)), ("segments", .integer(plan.grid.segmentCount)),
      ("rule", .string(plan.grid.rule)), ("recipe", .string(plan.recipe.name)),
      ("steps", .integer(plan.recipe.totalSteps)), ("seconds", .number(seconds)),
    ]
    entries.append(
      isConstructed
        ? ("certificates", Self.certificates(constructed))
        : ("last_loss", last.map { .number($0.loss) } ?? .null))
    Console.result(.object(JSONObject(entries)), asJSON: common.json) {
      [
        "\(output): \(plan.grid.segmentCount) students on the \(plan.grid.rule) grid, "
          + (isConstructed ? "constructed, " : "\(plan.recipe.totalSteps) steps, ")
          + durationText(seconds)
      ] + (isConstructed ? Self.certificateLines(constructed) : [])
        + ["next: flowdistill evaluate \(output)"]
    }
  }

  private func checkMemory(_ plan: DistillationPlan) throws {
    try Memory.check(plan.memoryEstimate, for: "training students of this size")
  }

  /// The plan that the options describe, nil if they leave it to the run folder, and what planning expects of
  /// its segments.
  private func plan(_ folder: RunFolder) throws -> (DistillationPlan?, PlannedSegmentation?) {
    guard let mixture else {
      guard resume else { return (nil, nil) }
      if segments != nil || rule != nil || grid != nil || segmentation != nil || sigma0 != nil
        || seed != nil || noPrediction || recipe.isGiven || process.isGiven
      {
        throw CommandError.usage(
          "with --resume the plan is the folder's; name a mixture to check it")
      }
      return (nil, nil)
    }
    let learned = try MixtureOptions.learned(mixture, sigma0: sigma0)
    let model =
      try learned?.moments.gaussian ?? MixtureOptions.make(mixture, sigma0: sigma0)
    let choices = try recipe.make()
    if choices.construction != nil, learned == nil { try model.checkConstructible() }
    let (grid, planned) = try grid(model, choices, learned, folder)
    if choices.construction == nil, choices.totalSteps < grid.segmentCount {
      throw CommandError.usage(
        "--steps is \(choices.totalSteps); use at least one for each of \(grid.segmentCount) segments"
      )
    }
    let plan =
      learned.map {
        DistillationPlan(learned: $0, grid: grid, recipe: choices, seed: seed ?? 0)
      } ?? DistillationPlan(mixture: model, grid: grid, recipe: choices, seed: seed ?? 0)
    if let problem = plan.problem ?? plan.stepProblem { throw CommandError.usage(problem) }
    return (plan, planned)
  }

  /// The grid by whichever option names it.
  private func grid(
    _ model: GaussianMixture, _ choices: Recipe, _ learned: LearnedScore?,
    _ folder: RunFolder
  ) throws -> (TimeGrid, PlannedSegmentation?) {
    if let grid {
      guard segments == nil, rule == nil, segmentation == nil, !noPrediction else {
        throw CommandError.usage(
          "--grid takes the place of --segments, --rule and --segmentation; leave them out")
      }
      guard !process.isGiven else {
        throw CommandError.usage("--grid brings its own process; leave out the process options")
      }
      let timeGrid = try TimeGrid(try JSONReader(contentsOf: grid))
      guard timeGrid.end == 0 else {
        throw CommandError.data(
          "\(grid): times end at \(timeGrid.end); students need a grid that ends at 0")
      }
      return (timeGrid, nil)
    }
    guard let segments else { throw CommandError.usage("distill needs --segments n") }
    let request = try SegmentationRequest(
      segments, segmentation: segmentation, rule: rule, isPredicted: !noPrediction)
    let flow = ProbabilityFlow(model, try process.make())
    if case .rule(let name, let count) = request {
      let rule = try GridCommand.rule(named: name)
      if learned != nil, rule.family != .closedForm {
        throw CommandError.usage(
          "rule \(rule.name) needs a mixture; for a learned teacher use --segmentation planned, a "
            + "closed form, such as --rule log-snr or karras, or a --grid of your own")
      }
      return (try rule.grid(for: flow, segments: count), nil)
    }
    let planned = try request.plan(
      learned.map { .learned(LearnedFlow($0, flow.process)) } ?? .closedForm(flow), choices,
      seed: seed ?? 0,
      rehearsals: RehearsalFolder(of: folder, checkpointInterval: checkpointEvery))
    return (planned.grid, planned)
  }
}

/// A recipe by name, with single choices overridden.
struct RecipeOptions: ParsableArguments {
  @Option(
    name: .customLong("recipe"),
    help:
      "paper: the published protocol; residual: residual students, decaying rate; best; progressive, consistency, physics-informed: best by that objective."
  )
  var name: String?

  @Option(help: "Training steps over all segments.")
  var steps: Int?

  @Option(help: "Samples in a step.")
  var batch: Int?

  @Option(help: "The width of the hidden layers.")
  var width: Int?

  @Option(help: "The number of hidden layers.")
  var depth: Int?

  @Option(help: "Hidden activations: relu or alternating (ReLU and ReQU in turn).")
  var activations: String?

  @Option(
    help:
      "The student: plain, net(x), residual, x + c net(x), affine, A x + b + c net((x - m)/s), linear, x + c (S z + net(z)), or constructed, not trained."
  )
  var student: String?

  @Option(help: "The (largest) learning rate.")
  var learningRate: Double?

  @Option(help: "The learning rate over a segment: constant or cosine.")
  var schedule: String?

  @Option(help: "What takes the steps: adamw or muon (orthogonal momentum).")
  var optimiser: String?

  @Option(
    help:
      "States trained on: exact (samples of p_t) or own (where the students before bring them).")
  var states: String?

  @Option(help: "Where a network starts: fresh, or the previous segment's.")
  var start: String?

  @Option(help: "Networks: separate for each segment, or one shared that takes the time.")
  var sharing: String?

  @Option(help: "Pairs made at once from teacher trajectories; 0: fresh ones each step.")
  var pool: Int?

  @Option(help: "The epochs after which fresh trajectories take a pool's place.")
  var poolEpochs: Int?

  @Option(
    help: "The division of the steps: even, or by difficulty, more where there is more to learn.")
  var budget: String?

  @Option(
    help:
      "What students learn by: regression (on the teacher's end points), progressive (halving), consistency or physics-informed."
  )
  var objective: String?

  @Option(help: "The halvings of progressive distillation.")
  var rounds: Int?

  @Option(
    help: "The cells of a segment of consistent (16) or physics-informed (50) students.")
  var points: Int?

  @Option(help: "The decay of the mean of the weights that consistent students learn from.")
  var targetDecay: Double?

  @Option(
    help:
      "The part of the steps, the first, that trains one network on all segments, where theirs start."
  )
  var pretrain: Double?

  @Option(help: "The last part of the steps, from 0 to 1, that trains all networks jointly.")
  var fineTune: Double?

  @Option(help: "The decay of a running mean of the weights that becomes the student, as .999.")
  var averaging: Double?

  @Option(help: "Clamp every weight, but not the biases, to [-B, B] after each step.")
  var clamp: Double?

  @Option(help: "Targets: accurate (error control) or published (uniform RK4).")
  var teacher: String?

  @Option(help: "The accurate teacher's tolerance.")
  var teacherTolerance: Double?

  @OptionGroup(title: "Constructed students") var construction: StudentConstructionOptions

  /// Whether any option is given.
  var isGiven: Bool { student != nil || isTrainingGiven || construction.isGiven }

  /// Whether any option but the kind of student is given that training takes.
  var isTrainingGiven: Bool {
    name != nil || steps != nil || batch != nil || width != nil || depth != nil
      || activations != nil || learningRate != nil || schedule != nil
      || optimiser != nil || states != nil || start != nil || sharing != nil
      || pool != nil || poolEpochs != nil || budget != nil || averaging != nil || clamp != nil
      || teacher != nil
      || objective != nil || rounds != nil || points != nil || targetDecay != nil || fineTune != nil
      || pretrain != nil || teacherTolerance != nil
  }

  /// The recipe, or a usage error.
  func make() throws -> Recipe {
    if let recipe = try makeConstructed() { return recipe }
    let name = name ?? Recipe.paper.name
    guard var recipe = Recipe.all.first(where: { $0.name == name }) else {
      let known = Recipe.all.map(\.name).joined(separator: ", ")
      throw CommandError.usage("--recipe is \"\(name)\"; use one of \(known)")
    }
    let named = recipe
    // First: other options change what comes with it.
    if let objective: Objective = try choice(objective, "--objective") {
      recipe.take(objective)
    }
    if let width { recipe.hiddenWidths = recipe.hiddenWidths.map { _ in width } }
    if let depth {
      try checkPositive(depth, option: "--depth", atMost: Recipe.depthLimit)
      recipe.hiddenWidths = Array(repeating: recipe.hiddenWidths[0], count: depth)
    }
    if let batch { recipe.batch = batch }
    if let learningRate { recipe.learningRate = learningRate }
    if let pool { recipe.pool = pool }
    if let poolEpochs { recipe.poolEpochs = poolEpochs }
    if let averaging { recipe.averaging = averaging }
    if let clamp { recipe.parameterBound = clamp }
    if let teacherTolerance { recipe.teacherTolerance = teacherTolerance }
    recipe.activations = try choice(activations, "--activations") ?? recipe.activations
    recipe.parametrisation =
      try choice(student, "--student", also: Self.constructed) ?? recipe.parametrisation
    recipe.schedule = try choice(schedule, "--schedule") ?? recipe.schedule
    recipe.optimiser = try choice(optimiser, "--optimiser") ?? recipe.optimiser
    recipe.states = try choice(states, "--states") ?? recipe.states
    recipe.start = try choice(start, "--start") ?? recipe.start
    recipe.sharing = try choice(sharing, "--sharing") ?? recipe.sharing
    recipe.budget = try choice(budget, "--budget") ?? recipe.budget
    recipe.teacher = try choice(teacher, "--teacher") ?? recipe.teacher
    if let rounds { recipe.rounds = rounds }
    if let points { recipe.points = points }
    if let targetDecay { recipe.targetDecay = targetDecay }
    if let pretrain { recipe.pretraining = pretrain }
    if let fineTune { recipe.fineTune = fineTune }
    if recipe != named { recipe.name = "custom" }
    if let steps { recipe.totalSteps = steps }
    if let problem = recipe.problem { throw CommandError.usage(problem) }
    return recipe
  }

  private func choice<T: RawRepresentable & CaseIterable>(
    _ text: String?, _ option: String, also more: String? = nil
  ) throws -> T? where T.RawValue == String {
    guard let text else { return nil }
    guard let value = T(rawValue: text) else {
      let names = (T.allCases.map(\.rawValue) + [more].compactMap(\.self))
        .joined(separator: " or ")
      throw CommandError.usage("\(option) is \"\(text)\"; use \(names)")
    }
    return value
  }
}
