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
struct SegmentTrainer {
  let plan: DistillationPlan
  /// The number of the network among those trained one after the other.
  let stage: Int
  let steps: Int
  private(set) var network: StudentNetwork
  private(set) var optimiser: any Optimiser
  private var tape: StudentTape
  private let rate: any LearningRateSchedule
  private var lessons: [Lesson]
  /// The running mean of the weights; nil if the recipe takes the last ones.
  private(set) var average: [Float]?

  /// What a network learns about one segment.
  private struct Lesson {
    let segment: Int
    let form: StudentForm
    var batches: Batches
    /// The samples of a batch that are its.
    let samples: Int
  }

  /// Where a lesson's batches come from.
  private enum Batches {
    case fresh(SegmentTargets)
    case pooled(PooledBatches)
  }

  /// The number of steps taken.
  var stepCount: Int { optimiser.stepCount }
  var isFinished: Bool { stepCount >= steps }

  /// The students as they are now.
  var students: [Student] {
    let network = average.map { StudentNetwork(self.network.architecture, parameters: $0) }
    return lessons.map { Student(network: network ?? self.network, form: $0.form) }
  }

  /// The forms of the students.
  var forms: [StudentForm] { lessons.map(\.form) }

  /// The beginning of the training of a stage.
  ///
  /// - Parameters:
  ///   - previous: the finished students before it; needed if it starts from the last of them or is trained
  ///     on their states.
  ///   - pools: the pool where each of its segments begins, nil for fresh trajectories.
  init(
    _ plan: DistillationPlan, stage: Int, after previous: [Student], pools: [TrajectoryPool?]
  ) throws(DistillationError) {
    let (recipe, d) = (plan.recipe, plan.mixture.dimension)
    var forms: [StudentForm] = []
    for (k, pool) in zip(plan.segments(ofStage: stage), pools) {
      let pairs: (x: Matrix<Double>, y: Matrix<Double>)
      if let pool {
        pairs = pool.pairs
      } else {
        pairs = try SegmentTargets(plan, segment: k, after: previous).batch(
          StudentForm.pairCount(recipe.parametrisation, dimension: d),
          from: plan.stream("scale", segment: k))
      }
      forms.append(
        StudentForm(
          recipe.parametrisation, over: plan.grid.segments[k],
          timeFeatures: plan.timeFeatures(segment: k), fitting: pairs.x, to: pairs.y))
    }
    let architecture = plan.architecture(segment: stage)
    let network: StudentNetwork
    if recipe.start == .previous, let neighbour = previous.last {
      network = StudentNetwork(architecture, parameters: neighbour.network.parameters)
    } else {
      network = StudentNetwork(architecture, random: plan.stream("weights", segment: stage))
    }
    self.init(
      plan, stage: stage, after: previous, pools: pools, network: network, forms: forms,
      optimiser: recipe.optimiser(architecture), average: nil)
  }

  /// The training of a stage from a checkpoint's state.
  init(
    _ plan: DistillationPlan, stage: Int, after previous: [Student], pools: [TrajectoryPool?],
    network: StudentNetwork, forms: [StudentForm], optimiser: any Optimiser, average: [Float]?
  ) {
    self.plan = plan
    self.stage = stage
    steps = plan.steps(stage: stage)
    self.network = network
    self.optimiser = optimiser
    self.average = average
    tape = StudentTape(network.architecture, batch: plan.recipe.batch)
    rate = plan.recipe.rate(steps: steps)
    let (batch, count) = (plan.recipe.batch, forms.count)
    lessons = []
    for (i, (k, pool)) in zip(plan.segments(ofStage: stage), pools).enumerated() {
      let batches: Batches =
        if let (x, y) = pool?.pairs {
          .pooled(PooledBatches(forms[i], x, y, order: plan.stream("order", segment: k)))
        } else {
          .fresh(SegmentTargets(plan, segment: k, after: previous))
        }
      lessons.append(
        Lesson(
          segment: k, form: forms[i], batches: batches,
          samples: batch * (i + 1) / count - batch * i / count))
    }
  }

  /// One step; returns its loss, the mean squared error of the network's outputs.
  ///
  /// - Throws: `DistillationError.diverged` if the loss or a gradient is no longer finite.
  mutating func step() throws(DistillationError) -> Double {
    let (input, target) = try batch()
    let loss = tape.squaredError(network, input, target: target)
    let rate = rate(stepCount)
    let norm = optimiser.step(&network.parameters, gradient: tape.gradient, learningRate: rate)
    guard loss.isFinite, norm.isFinite else {
      throw .diverged(segment: stage, step: stepCount)
    }
    if let decay = plan.recipe.averaging { takeAverage(decay) }
    return loss
  }

  /// w̄ ← γ w̄ + (1 − γ) w, γ = min(decay, s/(s + 10)) after s steps, so that the start is soon forgotten.
  private mutating func takeAverage(_ decay: Double) {
    guard var average else {
      self.average = network.parameters
      return
    }
    self.average = nil
    let share = Float(1 - min(decay, Double(stepCount) / Double(stepCount + 10)))
    TrainingKernels.approach(&average, network.parameters, by: share)
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
    case .fresh(let targets):
      let stream = plan.stream("batch", segment: lesson.segment).substream(UInt64(stepCount))
      let (x, y) = try targets.batch(lesson.samples, from: stream)
      return (lesson.form.input(x), lesson.form.networkTarget(x, y))
    case .pooled(var pooled):
      let batch = pooled.batch(lesson.samples, step: stepCount)
      lesson.batches = .pooled(pooled)
      return batch
    }
  }

  /// Checks that every weight is finite, which the loss tells a step late: before saving.
  func checkFinite() throws(DistillationError) {
    guard network.parameters.allSatisfy(\.isFinite) else {
      throw .diverged(segment: stage, step: stepCount)
    }
  }

  /// The learning rate of the next step.
  var learningRate: Double { Double(rate(stepCount)) }
}

extension Matrix where Element == Float {
  /// The rows of this matrix, then those of another of as many columns.
  fileprivate func stacked(on other: Matrix<Float>) -> Matrix<Float> {
    Matrix(
      rows: rows + other.rows, columns: columns, elements: elements + other.elements)
  }
}
