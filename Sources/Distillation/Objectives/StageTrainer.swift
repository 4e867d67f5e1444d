import Arrays
import Networks

/// The training of a stage, a step at a time; its state is all that a checkpoint needs.
protocol StageTrainer: Sendable {
  /// What is trained.
  var stage: TrainingStage { get }
  /// The number of steps taken.
  var stepCount: Int { get }
  /// The learning rate of the next step.
  var learningRate: Double { get }
  /// The students as they are now, one for each of the stage's segments.
  var students: [Student] { get }

  /// One step; returns its loss.
  ///
  /// - Throws: `DistillationError.diverged` if the loss or a gradient is no longer finite.
  mutating func step() throws(DistillationError) -> Double
  /// Checks that every weight is finite, which the loss tells a step late: before saving.
  func checkFinite() throws(DistillationError)
}

extension StageTrainer {
  var isFinished: Bool { stepCount >= stage.steps }
}

/// The trainers of a plan's stages, one after the other.
struct StageSequence {
  let stages: [TrainingStage]
  private var pool: TrajectoryPool?

  /// The stages of a plan.
  init(_ plan: DistillationPlan) { stages = plan.trainingStages }

  /// The trainer of a stage, from a checkpoint if one is given.
  ///
  /// - Parameter shouldStop: asked while trajectories are made; if true, `.interrupted` is thrown.
  mutating func trainer(
    _ stage: TrainingStage, after finished: FinishedStudents, from saved: StudentFile.Saved? = nil,
    shouldStop: () -> Bool
  ) throws(DistillationError) -> any StageTrainer {
    guard !stage.isJoint else {
      var checkpoint: StudentFile.JointCheckpoint?
      if case .joint(let known) = saved { checkpoint = known }
      return try JointTrainer(stage, finished.roundBefore, from: checkpoint)
    }
    var checkpoint: StudentFile.Checkpoint?
    if case .segments(let known) = saved { checkpoint = known }
    let pools = try TrajectoryPool.pools(stage, moving: &pool, after: finished) {
      () throws(DistillationError) in
      if shouldStop() {
        throw .interrupted(segment: stage.index, step: checkpoint?.optimiser.stepCount ?? 0)
      }
    }
    guard let checkpoint else {
      return try SegmentTrainer(stage, after: finished, pools: pools)
    }
    return try SegmentTrainer(stage, after: finished, pools: pools, from: checkpoint)
  }
}

extension [Float] {
  /// w̄ ← γ w̄ + (1 − γ) w, γ = min(decay, s/(s + 10)) after s steps, so that the start is soon forgotten.
  mutating func approach(_ weights: [Float], decay: Double, step: Int) {
    let share = Float(1 - Swift.min(decay, Double(step) / Double(step + 10)))
    TrainingKernels.approach(&self, weights, by: share)
  }
}
