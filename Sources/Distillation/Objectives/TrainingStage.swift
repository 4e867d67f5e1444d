import Schedules

/// The training of one network, or the joint one of all: what is done without a break, one after the other.
package struct TrainingStage: Sendable {
  /// The place among all stages, as in checkpoints, metrics and progress lines.
  package let index: Int
  /// The round: each leaves a student for every segment of its grid, the last those of the run.
  package let round: Int
  /// Whether it is the last round.
  package let isLast: Bool
  /// The plan of the round, with its grid and steps.
  package let plan: DistillationPlan
  /// The segments of that grid that it serves.
  package let segments: Range<Int>
  /// The number of the network among those of the round.
  package let network: Int
  /// The training steps.
  package let steps: Int
  /// Whether it trains the networks of the round before jointly.
  package let isJoint: Bool
}

extension DistillationPlan {
  /// All stages, in order: the earlier rounds of progressive halving or pretraining, that of the plan's own
  /// students, and the joint one.
  package var trainingStages: [TrainingStage] {
    let joint = Int(recipe.fineTune * Double(recipe.totalSteps))
    let steps = roundSteps(recipe.totalSteps - joint)
    let last = joint > 0 ? steps.count : steps.count - 1
    var stages: [TrainingStage] = []
    for round in steps.indices {
      let plan = roundPlan(toCome: steps.count - 1 - round, steps: steps[round])
      let n = plan.grid.segmentCount
      let networks = plan.recipe.sharing == .shared ? 1 : n
      for network in 0..<networks {
        stages.append(
          TrainingStage(
            index: stages.count, round: round, isLast: round == last, plan: plan,
            segments: networks == 1 ? 0..<n : network..<network + 1, network: network,
            steps: plan.recipe.steps(segment: network, of: networks), isJoint: false))
      }
    }
    if joint > 0 {
      stages.append(
        TrainingStage(
          index: stages.count, round: last, isLast: true,
          plan: roundPlan(toCome: 0, steps: joint),
          segments: 0..<grid.segmentCount, network: 0, steps: joint, isJoint: true))
    }
    return stages
  }

  /// The stages of training as progress lines and metrics count them, by name.
  public var stageNames: [String] {
    guard recipe.construction == nil else { return [] }
    return trainingStages.map { stage in
      if stage.isJoint { return "all segments" }
      let name = "segment \(stage.network + 1)"
      if stage.plan.roundsToCome == 0 { return name }
      return recipe.pretraining > 0 ? "pretraining" : "round \(stage.round + 1), \(name)"
    }
  }

  /// Why the steps do not suffice for the stages, in one sentence; nil if they do.
  public var stepProblem: String? {
    guard recipe.construction == nil, halvingProblem == nil else { return halvingProblem }
    let stages = trainingStages
    guard let short = stages.first(where: { $0.steps < 1 }) else { return nil }
    return "\(recipe.totalSteps) steps leave none for network \(short.index + 1) of \(stages.count)"
      + " that are trained; use more steps or fewer segments and rounds"
  }

  /// Why segments cannot be halved as often as the recipe says, in one sentence; nil if they can.
  var halvingProblem: String? {
    guard recipe.objective == .progressive else { return nil }
    let times = halvedTimes(recipe.rounds)
    if zip(times, times.dropFirst()).allSatisfy({ $0 > $1 }) { return nil }
    return "a segment is too short to be halved \(recipe.rounds) times; use fewer rounds"
  }

  /// The grid's times, each segment in 2^halvings parts.
  private func halvedTimes(_ halvings: Int) -> [Double] {
    var times = grid.times
    for _ in 0..<halvings {
      let pairs = zip(times, times.dropFirst())
      times = pairs.flatMap { from, to in [from, to + (from - to) / 2] } + times.suffix(1)
    }
    return times
  }

  /// The steps of each round but the joint one, of so many in all.
  private func roundSteps(_ all: Int) -> [Int] {
    if recipe.objective == .progressive {
      let rounds = recipe.rounds + 1
      return (0..<rounds).map { all * ($0 + 1) / rounds - all * $0 / rounds }
    }
    let first = Int(recipe.pretraining * Double(all))
    return first > 0 ? [first, all - first] : [all]
  }

  /// The plan of a round: of progressive halving, each segment in 2^toCome parts, cut in the middle in time; of
  /// pretraining, one network for all segments.
  private func roundPlan(toCome: Int, steps: Int) -> DistillationPlan {
    var (recipe, refined) = (recipe, TimeGrid?.none)
    recipe.totalSteps = steps
    if toCome > 0, recipe.objective == .progressive {
      refined = TimeGrid(
        rule: grid.rule, process: grid.process, times: halvedTimes(toCome), kind: grid.kind)
    } else if toCome > 0 {
      (recipe.sharing, recipe.states, recipe.start) = (.shared, .exact, .fresh)
    }
    var plan = replacing(recipe, on: refined)
    plan.roundsToCome = toCome
    return plan
  }
}

/// What a stage may learn from and build on.
package struct FinishedStudents: Sendable {
  /// Those of the same round before the stage; empty if it needs none.
  package var before: [Student] = []
  /// All of the round before; empty in the first.
  package var roundBefore: [Student] = []

  /// The student of the round before whose weights a stage's network starts with; nil if there is none.
  func start(of stage: TrainingStage) -> Student? {
    guard !roundBefore.isEmpty else { return nil }
    let recipe = stage.plan.recipe
    if recipe.objective == .progressive { return roundBefore[2 * stage.network] }
    // A pretrained network is where the first starts, and those that start from none before them.
    return recipe.start == .previous && stage.network > 0 ? nil : roundBefore[stage.network]
  }
}
