public import Formats

extension Recipe {
  /// The recipe as it stands in run folders.
  public var json: JSON {
    // Runs of trained students have no such key.
    if let construction {
      return [
        "name": .string(name), "construction": construction.json,
      ]
    }
    return [
      "name": .string(name), "parametrisation": .string(parametrisation.rawValue),
      "hidden_widths": .integers(hiddenWidths), "activations": .string(activations.rawValue),
      "total_steps": .integer(totalSteps), "batch": .integer(batch),
      "learning_rate": .number(learningRate), "schedule": .string(schedule.rawValue),
      "weight_decay": .number(weightDecay), "gradient_norm": .number(gradientNorm),
      "parameter_bound": parameterBound.map { .number($0) } ?? .null,
      "teacher": .string(teacher.rawValue), "teacher_tolerance": .number(teacherTolerance),
      "network": .string(network.rawValue), "blocks": .integer(blocks),
      "states": .string(states.rawValue), "sharing": .string(sharing.rawValue),
      "target": .string(target.rawValue), "optimiser": .string(optimiser.rawValue),
      "start": .string(start.rawValue),
      "published_steps": publishedSteps.map { .integer($0) } ?? .null,
      "averaging": averaging.map { .number($0) } ?? .null, "pool": .integer(pool),
      "pool_epochs": poolEpochs.map { .integer($0) } ?? .null,
      "budget": .string(budget.rawValue),
      "step_shares": stepShares.map { .numbers($0) } ?? .null,
      "objective": .string(objective.rawValue), "rounds": .integer(rounds),
      "points": .integer(points), "target_decay": .number(targetDecay),
      "pretraining": .number(pretraining), "fine_tune": .number(fineTune),
    ]
  }

  /// Decodes a recipe from an object of a file.
  ///
  /// - Throws: `FormatError` that names the key that is wrong.
  public init(_ reader: JSONReader) throws(FormatError) {
    var reader = reader
    func choice<T: RawRepresentable & CaseIterable>(_ key: String) throws(FormatError) -> T
    where T.RawValue == String {
      let text = try reader.string(key)
      guard let value = T(rawValue: text) else {
        let names = T.allCases.map(\.rawValue).joined(separator: ", ")
        throw reader.error(key, "is \"\(text)\"", advice: "use one of \(names)")
      }
      return value
    }
    let name = try reader.string("name")
    // Not asked for where it is missing, so that no misspelt key is taken for it.
    if reader.object["construction"] != nil {
      self = .constructed(try StudentConstruction(try reader.object("construction")))
      self.name = name
      try reader.finish()
      if let problem { throw reader.error("", problem) }
      return
    }
    self.init(
      name: name, parametrisation: try choice("parametrisation"),
      hiddenWidths: try reader.integers("hidden_widths"), activations: try choice("activations"),
      totalSteps: try reader.integer("total_steps"), batch: try reader.integer("batch"),
      learningRate: try reader.number("learning_rate"), schedule: try choice("schedule"),
      weightDecay: try reader.number("weight_decay"),
      gradientNorm: try reader.numberOrInfinity("gradient_norm"),
      parameterBound: try reader.optionalNumber("parameter_bound"),
      teacher: try choice("teacher"), teacherTolerance: try reader.number("teacher_tolerance"))
    // Runs of earlier versions have none of these.
    let keys = [
      "network", "blocks", "states", "sharing", "target", "optimiser", "start", "published_steps",
    ]
    if keys.contains(where: { reader.object[$0] != nil }) {
      network = try choice("network")
      blocks = try reader.integer("blocks")
      states = try choice("states")
      sharing = try choice("sharing")
      target = try choice("target")
      optimiser = try choice("optimiser")
      start = try choice("start")
      publishedSteps = try reader.optionalInteger("published_steps")
    }
    if reader.object["averaging"] != nil || reader.object["pool"] != nil {
      averaging = try reader.optionalNumber("averaging")
      pool = try reader.integer("pool")
    }
    poolEpochs = try reader.optionalInteger("pool_epochs")
    if reader.object["budget"] != nil || reader.object["step_shares"] != nil {
      budget = try choice("budget")
      stepShares = try reader.optionalNumbers("step_shares")
    }
    let objectiveKeys = [
      "objective", "rounds", "points", "target_decay", "pretraining", "fine_tune",
    ]
    if objectiveKeys.contains(where: { reader.object[$0] != nil }) {
      objective = try choice("objective")
      rounds = try reader.integer("rounds")
      points = try reader.integer("points")
      targetDecay = try reader.number("target_decay")
      pretraining = try reader.number("pretraining")
      fineTune = try reader.number("fine_tune")
    }
    try reader.finish()
    if let problem { throw reader.error("", problem) }
  }

  /// The largest number of hidden layers.
  public static let depthLimit = 1000

  /// What makes this recipe impossible, if anything: one clause naming the choice.
  public var problem: String? {
    if let construction { return construction.problem }
    if hiddenWidths.isEmpty { return "the student has no hidden layer; give at least one width" }
    if hiddenWidths.count > Recipe.depthLimit {
      return "the student has \(hiddenWidths.count) hidden layers; use at most \(Recipe.depthLimit)"
    }
    if let width = hiddenWidths.first(where: { !(1...1_000_000).contains($0) }) {
      return "a hidden layer has width \(width); use 1 to 1000000"
    }
    if !(1...1_000_000_000).contains(totalSteps) {
      return "the number of training steps is \(totalSteps); use 1 to 1000000000"
    }
    if !(1...1_000_000_000).contains(batch) {
      return "the batch size is \(batch); use 1 to 1000000000"
    }
    if !(learningRate > 0 && learningRate.isFinite) {
      return "the learning rate is \(learningRate); use a positive number"
    }
    if !(weightDecay >= 0 && weightDecay.isFinite) {
      return "the weight decay is \(weightDecay); use 0 or more"
    }
    if !(gradientNorm > 0) { return "the gradient norm is \(gradientNorm); use a positive number" }
    if let bound = parameterBound, !(bound > 0 && bound.isFinite) {
      return "the parameter bound is \(bound); use a positive number"
    }
    if let averaging, !(averaging > 0 && averaging < 1) {
      return "the decay of averaging is \(averaging); use a number in (0, 1)"
    }
    if pool != 0, !(32...1_000_000_000).contains(pool) {
      return "the pool has \(pool) trajectories; use 32 to 1000000000, or 0 for fresh ones"
    }
    if let poolEpochs, !(1...1_000_000_000).contains(poolEpochs) {
      return "a pool serves \(poolEpochs) epochs; use 1 to 1000000000"
    }
    if let stepShares, stepShares.isEmpty || !stepShares.allSatisfy({ $0 > 0 && $0.isFinite }) {
      return "the shares of the steps are \(stepShares); use one positive number for each segment"
    }
    if let problem = networkProblem { return problem }
    if let problem = objectiveProblem { return problem }
    if !(teacherTolerance > 0 && teacherTolerance < 1) {
      return "the teacher's tolerance is \(teacherTolerance); use a number in (0, 1)"
    }
    return nil
  }
}

extension Recipe {
  /// What makes the kind of network impossible, or impossible together with another choice.
  private var networkProblem: String? {
    if !(1...Recipe.depthLimit).contains(blocks) {
      return "the number of blocks is \(blocks); use 1 to \(Recipe.depthLimit)"
    }
    if network == .transformer, hiddenWidths[0] % Recipe.attentionHeads != 0 {
      return
        "a transformer has width \(hiddenWidths[0]); use a multiple of \(Recipe.attentionHeads)"
    }
    if sharing == .shared, network != .perceptron {
      return "only perceptrons take the time as an input; use separate networks"
    }
    if sharing == .shared, states == .own {
      return "one network for all segments has no finished students before it; use exact states"
    }
    if sharing == .shared, start == .previous {
      return "one network for all segments has no network before it; use a fresh start"
    }
    if parametrisation == .linear, network != .perceptron {
      return "only perceptrons have a linear path; use another parametrisation"
    }
    if target == .score,
      parametrisation != .plain || states == .own || sharing == .shared || pool > 0
    {
      return "scores are learnt by plain, separate networks on fresh exact states"
    }
    if let publishedSteps, !(1...1_000_000).contains(publishedSteps) {
      return "the published teacher has \(publishedSteps) steps a segment; use 1 to 1000000"
    }
    return nil
  }
}
