import Arrays
import Mixtures
import Networks
import ProbabilityFlow
import Schedules
import Stability

/// Pairs of a state at the beginning of one segment and what a network should make of it.
struct SegmentTargets: Sendable {
  private let starting: StartingStates
  private let flow: DistilledFlow
  private let isScore: Bool
  private let guide: Guide
  private let segment: Int

  /// The pairs of segment k.
  ///
  /// - Precondition: on the students' own states, `finished` holds the k students before it.
  init(_ plan: DistillationPlan, segment k: Int, after finished: FinishedStudents) {
    starting = StartingStates(plan, segment: k, after: finished.before)
    flow = plan.distilled
    isScore = plan.recipe.target == .score
    guide = Guide(plan, finished.roundBefore)
    segment = k
  }

  /// A batch: a student's own states go where the true states of the same trajectories go.
  func batch(
    _ count: Int, from stream: RandomStream
  ) throws(DistillationError) -> StatePairs.Block {
    let (samples, x) = try starting.drawn(count, from: stream)
    guard count > 0 else { return (x, x) }
    if isScore { return (x, flow.score(x, at: starting.time)) }
    do {
      let truth =
        starting.previous.isEmpty ? samples : try guide.carry(samples, over: 0..<segment)
      return (x, try guide.carry(truth, over: segment..<segment + 1))
    } catch { throw .teacher(error) }
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

  /// The pairs of a pool that such a fit takes at most.
  static let fitLimit = 65_536

  /// The pairs that such a fit takes without a pool: 1,024 for one number, and at least 16 a coordinate for a matrix.
  static func pairCount(_ parametrisation: Parametrisation, dimension d: Int) -> Int {
    switch parametrisation {
    case .plain: 0
    case .residual, .linear: 1024
    case .affine: max(4096, 16 * d)
    }
  }
}
