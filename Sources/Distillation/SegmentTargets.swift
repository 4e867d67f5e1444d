import Arrays
import Mixtures
import Networks
import ProbabilityFlow
import Schedules
import Stability

/// Pairs of a state at the beginning of one segment and what a network should make of it.
struct SegmentTargets: Sendable {
  private let flow: DistilledFlow
  private let recipe: Recipe
  private let guide: Guide
  /// The time of the states that the pairs begin with.
  private let start: Double
  private let segment: Int
  private let previous: [Student]

  /// The pairs of segment k.
  ///
  /// - Precondition: on the students' own states, `finished` holds the k students before it.
  init(_ plan: DistillationPlan, segment k: Int, after finished: FinishedStudents) {
    flow = plan.distilled
    recipe = plan.recipe
    guide = Guide(plan, finished.roundBefore)
    segment = k
    let (isOwn, previous) = (recipe.states == .own, finished.before)
    precondition(!isOwn || previous.count == k, "\(previous.count) students before segment \(k)")
    self.previous = isOwn ? previous : []
    start = plan.grid.times[isOwn ? 0 : k]
  }

  /// A batch, with the teacher's failure as an error of this module.
  func batch(
    _ count: Int, from stream: RandomStream
  ) throws(DistillationError) -> (x: Matrix<Double>, y: Matrix<Double>) {
    do { return try pairs(count, from: stream) } catch { throw .teacher(error) }
  }

  private func pairs(
    _ count: Int, from stream: RandomStream
  ) throws(FlowError) -> (x: Matrix<Double>, y: Matrix<Double>) {
    let x = try flow.sample(
      count, at: start, tolerance: recipe.teacherTolerance, from: stream)
    guard count > 0 else { return (x, x) }
    if recipe.target == .score { return (x, flow.score(x, at: start)) }
    let here = segment..<segment + 1
    guard !previous.isEmpty else { return (x, try guide.carry(x, over: here)) }
    let own = previous.reduce(x) { $1($0) }
    let exact = try guide.carry(x, over: 0..<segment)
    return (own, try guide.carry(exact, over: here))
  }
}

extension Recipe {
  /// Where the recipe's teacher carries states over a segment.
  func targets(
    _ flow: DistilledFlow, _ x: Matrix<Double>, over segment: (from: Double, to: Double)
  ) throws(FlowError) -> Matrix<Double> {
    let (from, to) = segment
    switch teacher {
    case .accurate:
      return try flow.transport(
        x, from: from, to: to, tolerance: teacherTolerance, estimatingErrors: false
      ).orThrow().states
    case .published:
      guard let flow = flow.closedForm else {
        preconditionFailure("the published teacher of a learned score")
      }
      let steps =
        publishedSteps ?? max(5, Int((100 * (from - to) / flow.process.horizon).rounded()))
      return PublishedTeacher(flow, steps: steps).transport(x, from: from, to: to)
    }
  }
}

extension StudentForm {
  /// How a network is to become a segment's flow map, from pairs of states and targets.
  ///
  /// c is the root mean square over coordinates of what the network has to add.
  init(
    _ parametrisation: Parametrisation, over segment: (from: Double, to: Double),
    timeFeatures: [Float], fitting x: Matrix<Double>, to y: Matrix<Double>
  ) {
    func form(_ scale: Double, _ affine: AffineSkip? = nil) -> StudentForm {
      StudentForm(
        parametrisation: parametrisation, scale: scale, from: segment.from, to: segment.to,
        timeFeatures: timeFeatures, affine: affine)
    }
    let affine: AffineSkip? =
      switch parametrisation {
      case .plain, .residual: nil
      case .affine: AffineSkip(x, to: y)
      case .linear: AffineSkip(scaling: x)
      }
    guard let base = form(1, affine).base(x) else {
      self = form(1)
      return
    }
    var sum = 0.0
    for i in x.elements.indices {
      let change = y.elements[i] - base.elements[i]
      sum += change * change
    }
    let scale = (sum / Double(x.elements.count)).squareRoot()
    self = form(scale > 0 ? scale : 1, affine)
  }

  /// The pairs that such a fit takes: 1,024 for one number, and at least 16 a coordinate for a matrix.
  static func pairCount(_ parametrisation: Parametrisation, dimension d: Int) -> Int {
    switch parametrisation {
    case .plain: 0
    case .residual, .linear: 1024
    case .affine: max(4096, 16 * d)
    }
  }
}
