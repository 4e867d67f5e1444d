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
  private let lessons: [Lesson]

  /// What a network learns about one segment.
  private struct Lesson {
    let segment: Int
    let form: StudentForm
    let targets: SegmentTargets
    /// The samples of a batch that are its.
    let samples: Int
  }

  /// The number of steps taken.
  var stepCount: Int { optimiser.stepCount }
  var isFinished: Bool { stepCount >= steps }

  /// The students as they are now.
  var students: [Student] { lessons.map { Student(network: network, form: $0.form) } }

  /// The forms of the students.
  var forms: [StudentForm] { lessons.map(\.form) }

  /// The beginning of the training of a stage.
  ///
  /// - Parameter previous: the finished students before it; needed if it starts from the last of them or
  ///   is trained on their states.
  init(
    _ plan: DistillationPlan, stage: Int, after previous: [Student]
  ) throws(DistillationError) {
    var forms: [StudentForm] = []
    for k in plan.segments(ofStage: stage) {
      let (from, to) = plan.grid.segments[k]
      let targets = SegmentTargets(plan, segment: k, after: previous)
      forms.append(
        try targets.form(
          from: from, to: to, timeFeatures: plan.timeFeatures(segment: k),
          plan.stream("scale", segment: k)))
    }
    let architecture = plan.architecture(segment: stage)
    let network: StudentNetwork
    if plan.recipe.start == .previous, let neighbour = previous.last {
      network = StudentNetwork(architecture, parameters: neighbour.network.parameters)
    } else {
      network = StudentNetwork(architecture, random: plan.stream("weights", segment: stage))
    }
    self.init(
      plan, stage: stage, after: previous, network: network, forms: forms,
      optimiser: plan.recipe.optimiser(architecture))
  }

  /// The training of a stage from a checkpoint's state.
  init(
    _ plan: DistillationPlan, stage: Int, after previous: [Student], network: StudentNetwork,
    forms: [StudentForm], optimiser: any Optimiser
  ) {
    self.plan = plan
    self.stage = stage
    steps = plan.steps(stage: stage)
    self.network = network
    self.optimiser = optimiser
    tape = StudentTape(network.architecture, batch: plan.recipe.batch)
    rate = plan.recipe.rate(steps: steps)
    let (batch, count) = (plan.recipe.batch, forms.count)
    lessons = zip(plan.segments(ofStage: stage), forms).enumerated().map { i, lesson in
      Lesson(
        segment: lesson.0, form: lesson.1,
        targets: SegmentTargets(plan, segment: lesson.0, after: previous),
        samples: batch * (i + 1) / count - batch * i / count)
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
    return loss
  }

  /// The network's inputs and what it should return, the lessons' samples one after the other.
  private func batch() throws(DistillationError) -> (Matrix<Float>, Matrix<Float>) {
    var (input, target) = (Matrix<Float>(rows: 0, columns: 0), Matrix<Float>(rows: 0, columns: 0))
    for lesson in lessons where lesson.samples > 0 {
      let stream = plan.stream("batch", segment: lesson.segment).substream(UInt64(stepCount))
      let (x, y) = try lesson.targets.checkedBatch(lesson.samples, from: stream)
      let (inputs, targets) = (lesson.form.input(x), lesson.form.networkTarget(x, y))
      input = input.rows == 0 ? inputs : input.stacked(on: inputs)
      target = target.rows == 0 ? targets : target.stacked(on: targets)
    }
    return (input, target)
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
