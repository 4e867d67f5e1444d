import Arrays
import Networks
import ProbabilityFlow
import Schedules

/// The joint training of all students, end to end: the last part of the steps if the recipe says so.
///
/// The loss is the mean over samples and coordinates of (Ψ_n ∘ … ∘ Ψ_1(x) − Φ_{0←T}(x))², its gradient comes by
/// back-propagation through all segments. Each network has an optimiser of its own; the rate is a cosine from a
/// tenth of the recipe's. Step s draws its batch from streams named by the seed and s alone.
struct JointTrainer: StageTrainer {
  let stage: TrainingStage
  private let pass: ChainGradient
  private(set) var networks: [StudentNetwork]
  private(set) var optimisers: [any Optimiser]
  private(set) var averages: [[Float]]?
  private let rate: CosineRate
  private var tapes: [StudentTape]
  private var trajectories: TrainingTrajectories<StatePairs>

  /// The part of the recipe's learning rate.
  private static let rateShare = 0.1

  /// The beginning of the joint stage, or its continuation from a checkpoint.
  init(
    _ stage: TrainingStage, _ students: [Student], from saved: StudentFile.JointCheckpoint?
  ) throws(DistillationError) {
    let (plan, recipe) = (stage.plan, stage.plan.recipe)
    self.stage = stage
    pass = ChainGradient(students.map(\.form), isShared: recipe.sharing == .shared)
    networks =
      saved?.networks
      ?? (recipe.sharing == .shared ? [students[0].network] : students.map(\.network))
    optimisers = saved?.optimisers ?? networks.map { recipe.optimiser($0.architecture) }
    averages = saved?.averages
    rate = CosineRate(
      peak: Float(Self.rateShare * recipe.learningRate), warmUp: stage.steps / 50,
      steps: stage.steps)
    tapes = students.map { StudentTape($0.network.architecture, batch: recipe.batch) }
    trajectories = TrainingTrajectories(
      plan, segment: 0, pool: min(plan.mostPairs, stage.steps * recipe.batch), for: "joint-")
  }

  private static func pairs(
    _ plan: DistillationPlan, _ count: Int, _ stream: RandomStream
  ) throws(DistillationError) -> StatePairs.Block {
    let flow = plan.distilled
    do {
      let x = try flow.sample(
        count, at: plan.grid.times[0], tolerance: plan.recipe.teacherTolerance, from: stream)
      return (x, try Guide(plan, []).carry(x, over: 0..<plan.grid.segmentCount))
    } catch { throw .teacher(error) }
  }

  var stepCount: Int { optimisers[0].stepCount }
  var learningRate: Double { Double(rate(stepCount)) }

  var students: [Student] {
    let networks =
      averages.map {
        zip(self.networks, $0).map { StudentNetwork($0.architecture, parameters: $1) }
      }
      ?? self.networks
    return pass.forms.indices.map {
      Student(network: networks[pass.network($0)], form: pass.forms[$0])
    }
  }

  mutating func step() throws(DistillationError) -> Double {
    let (x, y) = try batch()
    let (loss, gradients) = pass(networks, x, target: y, &tapes)
    let rate = rate(stepCount)
    var isFinite = loss.isFinite
    for k in networks.indices {
      let norm = optimisers[k].step(
        &networks[k].parameters, gradient: gradients[k], learningRate: rate)
      isFinite = isFinite && norm.isFinite
    }
    guard isFinite else { throw .diverged(segment: stage.index, step: stepCount) }
    if let decay = stage.plan.recipe.averaging {
      var means = averages ?? networks.map(\.parameters)
      for k in networks.indices where averages != nil {
        means[k].approach(networks[k].parameters, decay: decay, step: stepCount)
      }
      averages = means
    }
    return loss
  }

  private mutating func batch() throws(DistillationError) -> StatePairs.Block {
    let plan = stage.plan
    let (pairs, rows) = try trajectories.batch(plan.recipe.batch, step: stepCount) {
      (count, stream) throws(DistillationError) in
      try StatePairs(count, from: stream) { (count, stream) throws(DistillationError) in
        try Self.pairs(plan, count, stream)
      }
    }
    return pairs.gathering(rows)
  }

  func checkFinite() throws(DistillationError) {
    guard networks.allSatisfy({ $0.parameters.allSatisfy(\.isFinite) }) else {
      throw .diverged(segment: stage.index, step: stepCount)
    }
  }
}
