import Arrays
import Mixtures
import ProbabilityFlow
import Schedules

/// Trajectories of the teacher, made once and used by every step of every segment.
///
/// A fresh trajectory costs the teacher a hundred evaluations of the velocity, as much as several steps
/// of training; a pool many times a batch is as good (Documentation/distilling.md). It stands where one segment begins and
/// moves on with the finished students.
struct TrajectoryPool: Sendable {
  private let plan: DistillationPlan
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
  private init(_ plan: DistillationPlan) throws(DistillationError) {
    precondition(plan.recipe.pool > 0, "no pool")
    self.plan = plan
    do {
      truth = try plan.distilled.sample(
        plan.recipe.pool, at: plan.grid.times[0], tolerance: plan.recipe.teacherTolerance,
        from: plan.stream("pool", segment: 0))
    } catch { throw .teacher(error) }
    own = plan.recipe.states == .own ? truth : nil
    target = try Self.ends(plan, truth, segment: 0)
  }

  /// What a student of the segment is trained on: states at its beginning, and where they should go.
  var pairs: (x: Matrix<Double>, y: Matrix<Double>) { (own ?? truth, target) }

  /// The pool where each segment of a stage begins; nil for each if the recipe has none.
  ///
  /// - Parameters:
  ///   - pool: where an earlier stage left it, nil before the first; left at this stage.
  ///   - students: the finished ones; on own states all before the stage.
  static func pools(
    _ plan: DistillationPlan, stage: Int, moving pool: inout TrajectoryPool?,
    after students: [Student]
  ) throws(DistillationError) -> [TrajectoryPool?] {
    let segments = plan.segments(ofStage: stage)
    guard plan.recipe.pool > 0 else { return segments.map { _ in nil } }
    var standing: TrajectoryPool
    if let pool { standing = pool } else { standing = try TrajectoryPool(plan) }
    var pools: [TrajectoryPool?] = []
    for k in segments {
      while standing.segment < k { try standing.advance(students) }
      pools.append(standing)
    }
    pool = standing
    return pools
  }

  /// Moves on to the next segment.
  private mutating func advance(_ students: [Student]) throws(DistillationError) {
    if let own { self.own = students[segment](own) }
    segment += 1
    truth = target
    target = try Self.ends(plan, truth, segment: segment)
  }

  private static func ends(
    _ plan: DistillationPlan, _ x: Matrix<Double>, segment k: Int
  ) throws(DistillationError) -> Matrix<Double> {
    do {
      return try plan.recipe.targets(plan.distilled, x, over: plan.grid.segments[k])
    } catch { throw .teacher(error) }
  }
}

/// The pairs of a pool as a network takes them, drawn without repetition until all are used.
struct PooledBatches: Sendable {
  private let inputs: Matrix<Float>
  private let targets: Matrix<Float>
  private let stream: RandomStream
  private var epoch = -1
  private var order: [Int] = []

  /// The batches of a student's form.
  ///
  /// - Parameter stream: names the order of each epoch.
  init(_ form: StudentForm, _ x: Matrix<Double>, _ y: Matrix<Double>, order stream: RandomStream) {
    inputs = form.input(x)
    targets = form.networkTarget(x, y)
    self.stream = stream
  }

  /// The batch of step s: pairs s·count … of the endless sequence of epochs.
  mutating func batch(_ count: Int, step: Int) -> (input: Matrix<Float>, target: Matrix<Float>) {
    let rows = (0..<count).map { i in row(step * count + i) }
    return (inputs.gatheringRows(rows), targets.gatheringRows(rows))
  }

  private mutating func row(_ position: Int) -> Int {
    let (epoch, place) = position.quotientAndRemainder(dividingBy: inputs.rows)
    if epoch != self.epoch {
      self.epoch = epoch
      order = stream.substream(UInt64(epoch)).permutation(inputs.rows)
    }
    return order[place]
  }
}
