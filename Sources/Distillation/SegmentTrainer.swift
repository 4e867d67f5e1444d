import Arrays
import Mixtures
import Networks
import ProbabilityFlow
import Schedules
import Stability

/// The training of one network, a step at a time: the student of one segment, or of all.
///
/// Step s draws its batch from streams named by the seed, the segment and s alone, so the state
/// below is all that a checkpoint needs, and a resumed run continues bit for bit.
struct SegmentTrainer: StageTrainer {
  let stage: TrainingStage
  private let plan: DistillationPlan
  private(set) var network: StudentNetwork
  private(set) var optimiser: any Optimiser
  private var tape: StudentTape
  private let rate: any LearningRateSchedule
  private var lessons: [Lesson]
  /// The running mean of the weights; nil if the recipe takes the last ones.
  private(set) var average: [Float]?
  /// The running mean of the weights that a consistent student learns from; nil for others.
  private(set) var target: StudentNetwork?

  /// What a network learns about one segment.
  private struct Lesson {
    let form: StudentForm
    var batches: Batches
    /// The samples of a batch that are its.
    let samples: Int
  }

  /// Where a lesson's batches come from.
  private enum Batches {
    case regression(RegressionBatches)
    case consistency(ConsistencyBatches)
    case physics(PhysicsInformedLoss)
  }

  var stepCount: Int { optimiser.stepCount }

  var students: [Student] {
    let network = average.map { StudentNetwork(self.network.architecture, parameters: $0) }
    return lessons.map { Student(network: network ?? self.network, form: $0.form) }
  }

  /// The forms of the students.
  var forms: [StudentForm] { lessons.map(\.form) }

  /// The beginning of the training of a stage.
  ///
  /// - Parameters:
  ///   - finished: the students that it starts from, or is trained on the states or the maps of.
  ///   - pools: the pool where each of its segments begins, nil for fresh trajectories.
  init(
    _ stage: TrainingStage, after finished: FinishedStudents, pools: [TrajectoryPool?]
  ) throws(DistillationError) {
    let (plan, recipe) = (stage.plan, stage.plan.recipe)
    var forms: [StudentForm] = []
    for (k, pool) in zip(stage.segments, pools) {
      forms.append(try StudentForm(plan, segment: k, after: finished, pool: pool))
    }
    let architecture = plan.architecture(segment: stage.network)
    let network: StudentNetwork
    if let earlier = finished.start(of: stage) {
      network = earlier.network
    } else if recipe.start == .previous, let neighbour = finished.before.last {
      network = StudentNetwork(architecture, parameters: neighbour.network.parameters)
    } else {
      network = StudentNetwork(
        architecture, random: plan.stream("weights", segment: stage.network))
    }
    try self.init(
      stage, after: finished, pools: pools,
      from: .init(
        network: network, forms: forms, optimiser: recipe.optimiser(architecture), average: nil,
        target: recipe.objective == .consistency ? network : nil))
  }

  /// The training of a stage from a checkpoint's state.
  init(
    _ stage: TrainingStage, after finished: FinishedStudents, pools: [TrajectoryPool?],
    from saved: StudentFile.Checkpoint
  ) throws(DistillationError) {
    let (plan, recipe) = (stage.plan, stage.plan.recipe)
    (self.stage, self.plan) = (stage, plan)
    (network, optimiser) = (saved.network, saved.optimiser)
    (average, target) = (saved.average, saved.target)
    rate = recipe.rate(steps: stage.steps)
    let (batch, count) = (recipe.batch, saved.forms.count)
    tape = StudentTape(
      network.architecture, batch: recipe.objective == .physicsInformed ? 2 * batch : batch)
    lessons = []
    for (i, (k, pool)) in zip(stage.segments, pools).enumerated() {
      let form = saved.forms[i]
      let batches: Batches
      switch recipe.objective {
      case .consistency:
        batches = .consistency(ConsistencyBatches(plan, segment: k, form, after: finished.before))
      case .physicsInformed:
        batches = .physics(PhysicsInformedLoss(plan, segment: k, form, after: finished.before))
      case .regression, .progressive:
        batches = .regression(
          RegressionBatches(plan, segment: k, form, pool: pool, after: finished))
      }
      lessons.append(
        Lesson(
          form: form, batches: batches,
          samples: batch * (i + 1) / count - batch * i / count))
    }
  }

  mutating func step() throws(DistillationError) -> Double {
    let loss = try loss()
    let rate = rate(stepCount)
    let norm = optimiser.step(&network.parameters, gradient: tape.gradient, learningRate: rate)
    guard loss.isFinite, norm.isFinite else {
      throw .diverged(segment: stage.index, step: stepCount)
    }
    if let decay = plan.recipe.averaging { takeAverage(decay) }
    if var mean = target {
      target = nil
      TrainingKernels.approach(
        &mean.parameters, network.parameters, by: Float(1 - plan.recipe.targetDecay))
      target = mean
    }
    return loss
  }

  /// The loss of the next step, its gradient left in the tape: the mean squared error of the network's
  /// outputs, or the defect of a physics-informed student.
  private mutating func loss() throws(DistillationError) -> Double {
    if case .physics(var physics) = lessons[0].batches {
      let loss = try physics(network, &tape, count: lessons[0].samples, step: stepCount)
      lessons[0].batches = .physics(physics)
      return loss
    }
    let (input, target) = try batch()
    return tape.squaredError(network, input, target: target)
  }

  private mutating func takeAverage(_ decay: Double) {
    guard var average else {
      self.average = network.parameters
      return
    }
    self.average = nil
    average.approach(network.parameters, decay: decay, step: stepCount)
    self.average = average
  }

  /// The network's inputs and what it should return, the lessons' samples one after the other.
  private mutating func batch() throws(DistillationError) -> (Matrix<Float>, Matrix<Float>) {
    var (input, target) = (Matrix<Float>(rows: 0, columns: 0), Matrix<Float>(rows: 0, columns: 0))
    for i in lessons.indices where lessons[i].samples > 0 {
      let (inputs, targets) = try batch(&lessons[i])
      input = input.rows == 0 ? inputs : input.stacked(on: inputs)
      target = target.rows == 0 ? targets : target.stacked(on: targets)
    }
    return (input, target)
  }

  private func batch(
    _ lesson: inout Lesson
  ) throws(DistillationError) -> (Matrix<Float>, Matrix<Float>) {
    switch lesson.batches {
    case .regression(var regression):
      let batch = try regression.batch(lesson.samples, step: stepCount)
      lesson.batches = .regression(regression)
      return batch
    case .consistency(var consistency):
      let batch = try consistency.batch(
        lesson.samples, step: stepCount, target: target ?? network)
      lesson.batches = .consistency(consistency)
      return batch
    case .physics: preconditionFailure("a loss without targets")
    }
  }

  func checkFinite() throws(DistillationError) {
    guard network.parameters.allSatisfy(\.isFinite) else {
      throw .diverged(segment: stage.index, step: stepCount)
    }
  }

  var learningRate: Double { Double(rate(stepCount)) }
}

extension StudentForm {
  /// How a stage's network is to become the flow map of segment k.
  fileprivate init(
    _ plan: DistillationPlan, segment k: Int, after finished: FinishedStudents,
    pool: TrajectoryPool?
  ) throws(DistillationError) {
    let recipe = plan.recipe
    let (count, stream) = (
      Self.pairCount(recipe.parametrisation, dimension: plan.mixture.dimension),
      plan.stream("scale", segment: k)
    )
    let pairs: StatePairs.Block
    if let pool {
      pairs = pool.pairs.prefix(Self.fitLimit)
    } else if recipe.objective.takesTime {
      let x = try StartingStates(plan, segment: k, after: finished.before)(count, from: stream)
      guard recipe.objective == .consistency else {
        self.init(physicsInformed: plan, segment: k, at: x)
        return
      }
      do { pairs = (x, try Guide(plan, []).carry(x, over: k..<k + 1)) } catch {
        throw .teacher(error)
      }
    } else {
      pairs = try SegmentTargets(plan, segment: k, after: finished).batch(count, from: stream)
    }
    self.init(
      recipe.parametrisation, over: plan.grid.segments[k],
      timeFeatures: plan.timeFeatures(segment: k), fitting: pairs.x, to: pairs.y)
  }
}

extension Matrix where Element == Float {
  /// The rows of this matrix, then those of another of as many columns.
  fileprivate func stacked(on other: Matrix<Float>) -> Matrix<Float> {
    Matrix(
      rows: rows + other.rows, columns: columns, elements: elements + other.elements)
  }
}
