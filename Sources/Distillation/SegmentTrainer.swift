import Arrays
import Mixtures
import Networks
import ProbabilityFlow
import Schedules
import Stability

/// The training of one student, a step at a time.
///
/// Step s draws its batch from a stream named by the seed, the segment and s alone, so the state
/// below is all that a checkpoint needs, and a resumed run continues bit for bit.
struct SegmentTrainer {
  let plan: DistillationPlan
  let segment: Int
  let steps: Int
  private(set) var student: Student
  private(set) var optimiser: AdamW
  private var tape: Tape
  private let rate: any LearningRateSchedule
  private let targets: SegmentTargets

  /// The number of steps taken.
  var stepCount: Int { optimiser.stepCount }
  var isFinished: Bool { stepCount >= steps }

  /// The beginning of the training of segment k.
  init(_ plan: DistillationPlan, segment k: Int) throws(DistillationError) {
    let (from, to) = plan.grid.segments[k]
    let d = plan.mixture.dimension
    let network = Network.mlp(
      dimensions: [d] + plan.recipe.hiddenWidths + [d],
      activations: plan.recipe.activations.cycle, random: plan.stream("weights", segment: k))
    let targets = SegmentTargets(plan, segment: k)
    let student = Student(
      network: network, parametrisation: plan.recipe.parametrisation,
      scale: plan.recipe.parametrisation == .residual
        ? try targets.displacement(plan.stream("scale", segment: k)) : 1,
      from: from, to: to)
    self.init(
      plan, segment: k, student: student,
      optimiser: AdamW(parameterCount: network.parameterCount, settings: plan.recipe.optimiser))
  }

  /// The training of segment k from a checkpoint's state.
  init(_ plan: DistillationPlan, segment k: Int, student: Student, optimiser: AdamW) {
    self.plan = plan
    segment = k
    steps = plan.recipe.steps(segment: k, of: plan.grid.segmentCount)
    self.student = student
    self.optimiser = optimiser
    tape = Tape(student.network.architecture, batch: plan.recipe.batch)
    rate = plan.recipe.rate(steps: steps)
    targets = SegmentTargets(plan, segment: k)
  }

  /// One step; returns its loss, the mean squared error of the network's outputs.
  ///
  /// - Throws: `DistillationError.diverged` if the loss or a gradient is no longer finite.
  mutating func step() throws(DistillationError) -> Double {
    let stream = plan.stream("batch", segment: segment).substream(UInt64(stepCount))
    let (x, y) = try targets.checkedBatch(plan.recipe.batch, from: stream)
    let loss = tape.squaredError(
      student.network, x.inSinglePrecision, target: student.networkTarget(x, y))
    let rate = rate(stepCount)
    let norm = optimiser.step(
      &student.network.parameters, gradient: tape.gradient, learningRate: rate)
    guard loss.isFinite, norm.isFinite else {
      throw .diverged(segment: segment, step: stepCount)
    }
    return loss
  }

  /// Checks that every weight is finite, which the loss tells a step late: before saving.
  func checkFinite() throws(DistillationError) {
    guard student.network.parameters.allSatisfy(\.isFinite) else {
      throw .diverged(segment: segment, step: stepCount)
    }
  }

  /// The learning rate of the next step.
  var learningRate: Double { Double(rate(stepCount)) }
}

/// Pairs (x, Φ(x)) of one segment, x drawn from the exact law p_t at its beginning.
struct SegmentTargets: Sendable {
  let marginal: Marginal
  let flow: ProbabilityFlow
  let from: Double
  let to: Double
  let recipe: Recipe

  init(_ plan: DistillationPlan, segment k: Int) {
    (from, to) = plan.grid.segments[k]
    flow = plan.flow
    marginal = flow.marginal(at: from)
    recipe = plan.recipe
  }

  /// A batch, with the teacher's failure as an error of this module.
  func checkedBatch(
    _ count: Int, from stream: RandomStream
  ) throws(DistillationError) -> (x: Matrix<Double>, y: Matrix<Double>) {
    do { return try batch(count, from: stream) } catch { throw .teacher(error) }
  }

  private func batch(
    _ count: Int, from stream: RandomStream
  ) throws(FlowError) -> (x: Matrix<Double>, y: Matrix<Double>) {
    let x = marginal.sample(count, from: stream)
    switch recipe.teacher {
    case .accurate:
      let teacher = Teacher(flow, tolerance: recipe.teacherTolerance)
      return (x, try teacher.transport(x, from: from, to: to).orThrow().states)
    case .published:
      let steps = max(5, Int((100 * (from - to) / flow.process.horizon).rounded()))
      return (x, PublishedTeacher(flow, steps: steps).transport(x, from: from, to: to))
    }
  }

  /// The root mean square of Φ(x) − x over coordinates and 1,024 samples.
  func displacement(_ stream: RandomStream) throws(DistillationError) -> Double {
    let (x, y) = try checkedBatch(1024, from: stream)
    var sum = 0.0
    for i in x.elements.indices {
      let change = y.elements[i] - x.elements[i]
      sum += change * change
    }
    let scale = (sum / Double(x.elements.count)).squareRoot()
    return scale > 0 ? scale : 1
  }
}
