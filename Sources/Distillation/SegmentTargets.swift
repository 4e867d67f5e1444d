import Arrays
import Mixtures
import Networks
import ProbabilityFlow
import Schedules
import Stability

/// Pairs of a state at the beginning of one segment and what a network should make of it.
struct SegmentTargets: Sendable {
  let flow: ProbabilityFlow
  let recipe: Recipe
  /// The law of the states that the pairs begin with.
  private let source: Marginal
  private let segments: [(from: Double, to: Double)]
  private let segment: Int
  private let previous: [Student]

  /// The pairs of segment k.
  ///
  /// - Precondition: on the students' own states, `previous` holds the k students before it.
  init(_ plan: DistillationPlan, segment k: Int, after previous: [Student]) {
    flow = plan.flow
    recipe = plan.recipe
    segments = plan.grid.segments
    segment = k
    let isOwn = recipe.states == .own
    precondition(!isOwn || previous.count == k, "\(previous.count) students before segment \(k)")
    self.previous = isOwn ? previous : []
    source = flow.marginal(at: segments[isOwn ? 0 : k].from)
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
    let x = source.sample(count, from: stream)
    if recipe.target == .score { return (x, source.score(x)) }
    let (from, to) = segments[segment]
    guard !previous.isEmpty else { return (x, try transport(x, from: from, to: to)) }
    let own = previous.reduce(x) { $1($0) }
    let exact = try transport(x, from: segments[0].from, to: from)
    return (own, try transport(exact, from: from, to: to))
  }

  private func transport(
    _ x: Matrix<Double>, from: Double, to: Double
  ) throws(FlowError) -> Matrix<Double> {
    switch recipe.teacher {
    case .accurate:
      let teacher = Teacher(flow, tolerance: recipe.teacherTolerance)
      return try teacher.transport(x, from: from, to: to).orThrow().states
    case .published:
      let steps =
        recipe.publishedSteps
        ?? max(5, Int((100 * (from - to) / flow.process.horizon).rounded()))
      return PublishedTeacher(flow, steps: steps).transport(x, from: from, to: to)
    }
  }

  /// How a network is to become the segment's flow map, from samples.
  ///
  /// c is the root mean square over coordinates of what the network has to add: to x from 1,024 samples,
  /// to the affine fit from 4,096 and at least 16 a coordinate.
  func form(
    from: Double, to: Double, timeFeatures: [Float], _ stream: RandomStream
  ) throws(DistillationError) -> StudentForm {
    let (parametrisation, d) = (recipe.parametrisation, flow.mixture.dimension)
    func form(_ scale: Double, _ affine: AffineSkip? = nil) -> StudentForm {
      StudentForm(
        parametrisation: parametrisation, scale: scale, from: from, to: to,
        timeFeatures: timeFeatures, affine: affine)
    }
    if parametrisation == .plain { return form(1) }
    let (x, y) = try checkedBatch(
      parametrisation == .affine ? max(4096, 16 * d) : 1024, from: stream)
    let affine = parametrisation == .affine ? AffineSkip(x, to: y) : nil
    let base = affine?(x) ?? x
    var sum = 0.0
    for i in x.elements.indices {
      let change = y.elements[i] - base.elements[i]
      sum += change * change
    }
    let scale = (sum / Double(x.elements.count)).squareRoot()
    return form(scale > 0 ? scale : 1, affine)
  }
}
