import Arrays
import Mixtures
import ProbabilityFlow
import Schedules

/// The first trajectories of the teacher that a round is trained on, carried once over all of its segments.
///
/// It stands where one segment begins and moves on with the finished students, so that a segment pays for its own
/// part of each trajectory alone. Those that take its place are drawn anew from the start: `RenewedPool`.
struct TrajectoryPool: Sendable {
  private let plan: DistillationPlan
  private let guide: Guide
  /// The segment where it stands.
  private var segment = 0
  /// The true states where that segment begins.
  private var truth: Matrix<Double>
  /// Where the students before it bring the same trajectories; nil if states are exact.
  private var own: Matrix<Double>?
  /// The true states where that segment ends.
  private var target: Matrix<Double>

  /// The trajectories of a plan's pool where its first segment begins.
  ///
  /// - Precondition: the recipe has a pool.
  private init(_ plan: DistillationPlan, _ guide: Guide) throws(DistillationError) {
    precondition(plan.recipe.pool > 0, "no pool")
    (self.plan, self.guide) = (plan, guide)
    do {
      truth = try plan.distilled.sample(
        plan.poolSize, at: plan.grid.times[0], tolerance: plan.recipe.teacherTolerance,
        from: plan.stream("pool", segment: 0))
    } catch { throw .teacher(error) }
    own = plan.recipe.states == .own ? truth : nil
    target = try Self.ends(guide, truth, segment: 0)
  }

  /// What a student of the segment is trained on: states at its beginning, and where they should go.
  var pairs: (x: Matrix<Double>, y: Matrix<Double>) { (own ?? truth, target) }

  /// The pool where each segment of a stage begins; nil for each if the recipe has none or its objective
  /// learns from no end points.
  ///
  /// - Parameters:
  ///   - pool: where an earlier stage left it, nil before the first; left at this stage.
  ///   - finished: on own states it has all students before the stage.
  static func pools(
    _ stage: TrainingStage, moving pool: inout TrajectoryPool?, after finished: FinishedStudents
  ) throws(DistillationError) -> [TrajectoryPool?] {
    let (plan, recipe) = (stage.plan, stage.plan.recipe)
    guard recipe.pool > 0, !recipe.objective.takesTime else {
      return stage.segments.map { _ in nil }
    }
    var standing: TrajectoryPool
    if let pool, pool.plan.roundsToCome == plan.roundsToCome {
      standing = pool
    } else {
      pool = nil
      standing = try TrajectoryPool(plan, Guide(plan, finished.roundBefore))
    }
    var pools: [TrajectoryPool?] = []
    for k in stage.segments {
      while standing.segment < k { try standing.advance(finished.before) }
      pools.append(standing)
    }
    pool = standing
    return pools
  }

  /// Moves on to the next segment.
  private mutating func advance(_ students: [Student]) throws(DistillationError) {
    if let own {
      self.own = students[segment](own)
      truth = target
    } else {
      // Exact states are the teacher's, whoever shows where they go.
      truth =
        guide.isTeacher ? target : try Self.ends(Guide(plan, []), truth, segment: segment)
    }
    segment += 1
    target = try Self.ends(guide, truth, segment: segment)
  }

  private static func ends(
    _ guide: Guide, _ x: Matrix<Double>, segment k: Int
  ) throws(DistillationError) -> Matrix<Double> {
    do { return try guide.carry(x, over: k..<k + 1) } catch { throw .teacher(error) }
  }
}

/// The pairs of a pool as a network takes them.
struct PooledBatches: Sendable {
  private typealias Pairs = (input: Matrix<Float>, target: Matrix<Float>)
  private let form: StudentForm
  /// The pairs of trajectories that take the pool's place.
  private let targets: SegmentTargets
  private var pairs: RenewedPool<Pairs>

  /// The batches of the student of segment k.
  init(
    _ plan: DistillationPlan, segment k: Int, _ form: StudentForm,
    _ first: (x: Matrix<Double>, y: Matrix<Double>), after finished: FinishedStudents
  ) {
    self.form = form
    targets = SegmentTargets(plan, segment: k, after: finished)
    pairs = RenewedPool(
      first.x.rows, epochs: plan.recipe.poolEpochs, Self.pairs(form, first),
      renewedFrom: plan.stream("pool", segment: k), orderedBy: plan.stream("order", segment: k))
  }

  private static func pairs(
    _ form: StudentForm, _ states: (x: Matrix<Double>, y: Matrix<Double>)
  ) -> Pairs {
    (form.input(states.x), form.networkTarget(states.x, states.y))
  }

  /// The batch of step s.
  mutating func batch(
    _ count: Int, step: Int
  ) throws(DistillationError) -> (input: Matrix<Float>, target: Matrix<Float>) {
    let (form, targets) = (form, targets)
    let (all, rows) = try pairs.batch(count, step: step) {
      (size, stream) throws(DistillationError) in
      Self.pairs(form, try targets.batch(size, from: stream))
    }
    return (all.input.gatheringRows(rows), all.target.gatheringRows(rows))
  }
}
