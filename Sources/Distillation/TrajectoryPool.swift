import Arrays
import Mixtures
import ProbabilityFlow
import Schedules

/// The first trajectories of the teacher that a round is trained on, carried once over all of its segments.
///
/// It stands where one segment begins and moves on with the finished students, so that a segment pays for its own
/// part of each trajectory alone. Those that take its place are drawn anew from the start: `TrainingTrajectories`.
struct TrajectoryPool: Sendable {
  private let plan: DistillationPlan
  private let guide: Guide
  /// The segment where it stands.
  private var segment = 0
  /// What a student of the segment is trained on: where its states begin, exactly or where the students before it
  /// bring the same trajectories, and where the true states end.
  private(set) var pairs: StatePairs

  /// The trajectories of a plan's pool where its first segment begins.
  ///
  /// - Precondition: the recipe has a pool.
  private init(
    _ plan: DistillationPlan, _ guide: Guide, _ checkStop: () throws(DistillationError) -> Void
  ) throws(DistillationError) {
    precondition(plan.recipe.pool > 0, "no pool")
    (self.plan, self.guide) = (plan, guide)
    let (flow, start) = (plan.distilled, plan.grid.times[0])
    pairs = try StatePairs(plan.poolSize, from: plan.stream("pool", segment: 0)) {
      (count, stream) throws(DistillationError) in
      try checkStop()
      do throws(FlowError) {
        let x = try flow.sample(
          count, at: start, tolerance: plan.recipe.teacherTolerance, from: stream)
        return (x, try guide.carry(x, over: 0..<1))
      } catch { throw .teacher(error) }
    }
  }

  /// The pool where each segment of a stage begins; nil for each if the recipe has none or its objective
  /// learns from no end points.
  ///
  /// - Parameters:
  ///   - pool: where an earlier stage left it, nil before the first; left at this stage.
  ///   - finished: on own states it has all students before the stage.
  ///   - checkStop: called again and again on the way; what it throws ends the call.
  static func pools(
    _ stage: TrainingStage, moving pool: inout TrajectoryPool?, after finished: FinishedStudents,
    checkStop: () throws(DistillationError) -> Void
  ) throws(DistillationError) -> [TrajectoryPool?] {
    let (plan, recipe) = (stage.plan, stage.plan.recipe)
    guard recipe.pool > 0, !recipe.objective.takesTime else {
      return stage.segments.map { _ in nil }
    }
    var standing: TrajectoryPool
    if let known = pool, known.plan.roundsToCome == plan.roundsToCome {
      standing = known
    } else {
      pool = nil
      standing = try TrajectoryPool(plan, Guide(plan, finished.roundBefore), checkStop)
    }
    // Else moving on would copy it.
    pool = nil
    var pools: [TrajectoryPool?] = []
    for k in stage.segments {
      while standing.segment < k { try standing.advance(finished.before, checkStop) }
      pools.append(standing)
    }
    pool = standing
    return pools
  }

  /// Moves on to the next segment.
  private mutating func advance(
    _ students: [Student], _ checkStop: () throws(DistillationError) -> Void
  ) throws(DistillationError) {
    let (plan, guide, segment) = (self.plan, self.guide, self.segment)
    let isOwn = plan.recipe.states == .own
    try pairs.replace { (x, y) throws(DistillationError) in
      try checkStop()
      do throws(FlowError) {
        // Exact states are the teacher's, whoever shows where they go.
        let next =
          isOwn
          ? students[segment](x)
          : guide.isTeacher ? y : try Guide(plan, []).carry(x, over: segment..<segment + 1)
        return (next, try guide.carry(isOwn ? y : next, over: segment + 1..<segment + 2))
      } catch { throw .teacher(error) }
    }
    self.segment += 1
  }
}

/// The batches that a network learns a segment's end points from.
struct RegressionBatches: Sendable {
  private let form: StudentForm
  private let targets: SegmentTargets
  private var trajectories: TrainingTrajectories<StatePairs>

  /// The batches of the student of segment k.
  ///
  /// - Parameter pool: where the segment begins; nil for fresh trajectories each step.
  init(
    _ plan: DistillationPlan, segment k: Int, _ form: StudentForm, pool: TrajectoryPool?,
    after finished: FinishedStudents
  ) {
    self.form = form
    targets = SegmentTargets(plan, segment: k, after: finished)
    trajectories = TrainingTrajectories(
      plan, segment: k, pool: pool?.pairs.count ?? 0, pool?.pairs)
  }

  /// The batch of step s.
  mutating func batch(
    _ count: Int, step: Int
  ) throws(DistillationError) -> (input: Matrix<Float>, target: Matrix<Float>) {
    let targets = targets
    let (pairs, rows) = try trajectories.batch(count, step: step) {
      (count, stream) throws(DistillationError) in
      try StatePairs(count, from: stream) { (count, stream) throws(DistillationError) in
        try targets.batch(count, from: stream)
      }
    }
    let (x, y) = pairs.gathering(rows)
    return (form.input(x), form.networkTarget(x, y))
  }
}
