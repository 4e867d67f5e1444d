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
  /// All stages, in order: rounds on grids that halve to the plan's own, then the joint round.
  package var trainingStages: [TrainingStage] {
    let joint = Int(recipe.fineTune * Double(recipe.totalSteps))
    let (halvings, rest) = (
      recipe.objective == .progressive ? recipe.rounds : 0, recipe.totalSteps - joint
    )
    let last = joint > 0 ? halvings + 1 : halvings
    var stages: [TrainingStage] = []
    for round in 0...halvings {
      let steps = rest * (round + 1) / (halvings + 1) - rest * round / (halvings + 1)
      let plan = part(halvings: halvings - round, steps: steps)
      let n = plan.grid.segmentCount
      let networks = recipe.sharing == .shared ? 1 : n
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
          index: stages.count, round: last, isLast: true, plan: part(halvings: 0, steps: joint),
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
      return stage.plan.halvings == 0 ? name : "round \(stage.round + 1), \(name)"
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

  /// The plan of a round: each segment in 2^halvings parts, cut in the middle in time.
  private func part(halvings: Int, steps: Int) -> DistillationPlan {
    var recipe = recipe
    recipe.totalSteps = steps
    let refined =
      halvings == 0
      ? nil
      : TimeGrid(
        rule: grid.rule, process: grid.process, times: halvedTimes(halvings), kind: grid.kind)
    var plan = replacing(recipe, on: refined)
    plan.halvings = halvings
    return plan
  }
}

/// What a stage may learn from and build on.
package struct FinishedStudents: Sendable {
  /// Those of the same round before the stage; empty if it needs none.
  package var before: [Student] = []
  /// All of the round before; empty in the first.
  package var roundBefore: [Student] = []
}
