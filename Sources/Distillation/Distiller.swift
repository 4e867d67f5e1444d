import Formats
import Mixtures
import Networks
import Schedules
import ScoreMatching
import Stability

/// Where a distillation stands, for progress lines.
public struct TrainingProgress: Sendable {
  /// The segment in training, from 0.
  public let segment: Int
  /// The number of segments.
  public let segmentCount: Int
  /// Steps taken in this segment.
  public let step: Int
  /// Steps taken in all segments.
  public let totalStep: Int
  /// Steps of the whole distillation.
  public let totalSteps: Int
  /// The last loss; of a constructed student its certificate.
  public let loss: Double
}

/// Trains or constructs the students of a plan one after the other, into a run folder.
///
/// The result is a pure function of the plan: not of threads, of checkpoints, or of how often and
/// where the run was killed.
public struct Distiller: Sendable {
  /// The plan.
  public let plan: DistillationPlan
  /// Where everything is kept.
  public let folder: RunFolder
  /// Steps between checkpoints: what a kill may lose.
  public let checkpointInterval: Int

  /// Steps between lines of the metrics.
  private static let metricsInterval = 100

  /// A distiller that starts a new run.
  ///
  /// - Throws: `.alreadyExists` if the folder holds a run; `.file` if it cannot be written.
  public init(
    starting plan: DistillationPlan, in folder: RunFolder, checkpointInterval: Int = 200
  ) throws(DistillationError) {
    try folder.checkVacant()
    let plan = try plan.dividingSteps()
    do { try folder.create(plan) } catch { throw .file(error) }
    (self.plan, self.folder, self.checkpointInterval) = (plan, folder, checkpointInterval)
  }

  /// A distiller that goes on with the run in a folder.
  ///
  /// - Parameter expected: if given, the plan that the folder must hold.
  /// - Throws: `.otherPlan` if it holds another; `.file` if it holds none.
  public init(
    resuming folder: RunFolder, expecting expected: DistillationPlan? = nil,
    checkpointInterval: Int = 200
  ) throws(DistillationError) {
    do { plan = try folder.plan() } catch { throw .file(error) }
    (self.folder, self.checkpointInterval) = (folder, checkpointInterval)
    if let expected, let difference = plan.difference(from: try expected.dividingSteps()) {
      throw .otherPlan(path: folder.path, difference: difference)
    }
    folder.removeLeftovers(plan)
  }

  /// Trains or constructs whatever is still missing.
  ///
  /// - Parameters:
  ///   - shouldStop: asked after each step, and while trajectories are made before the first; if true, a checkpoint
  ///     of the steps is written and `.interrupted` thrown.
  ///   - progress: called after each step.
  public func run(
    shouldStop: () -> Bool = { false }, progress: (TrainingProgress) -> Void = { _ in }
  ) throws(DistillationError) {
    if let construction = plan.recipe.construction {
      return try construct(construction, shouldStop, progress)
    }
    var sequence = StageSequence(plan)
    let stages = sequence.stages
    guard let first = folder.firstUnfinished(stages) else { return }
    let checkpoint = folder.file("checkpoint.safetensors")
    var metrics = Metrics(folder)
    for stage in stages[first...] {
      let finished = try earlierStudents(stage, among: stages)
      var trainer = try sequence.trainer(
        stage, after: finished, from: try saved(checkpoint, stage, finished),
        shouldStop: shouldStop)
      metrics.forget(segment: stage.index, from: trainer.stepCount)
      let before = stages[..<stage.index].reduce(0) { $0 + $1.steps }
      while !trainer.isFinished {
        let rate = trainer.learningRate
        let loss = try trainer.step()
        let step = trainer.stepCount
        if step % Distiller.metricsInterval == 0 || trainer.isFinished {
          metrics.append(
            TrainingRecord(segment: stage.index, step: step, loss: loss, learningRate: rate))
        }
        progress(
          TrainingProgress(
            segment: stage.index, segmentCount: stages.count, step: step, totalStep: before + step,
            totalSteps: plan.recipe.totalSteps, loss: loss))
        let stop = shouldStop()
        if stop || (step % checkpointInterval == 0 && !trainer.isFinished) {
          try save(trainer, metrics, checkpoint)
        }
        if stop { throw .interrupted(segment: stage.index, step: step) }
      }
      // A kill between the files of a stage of several students must not cost its training.
      if stage.segments.count > 1 { try save(trainer, metrics, checkpoint) }
      try trainer.checkFinite()
      try saving { () throws(FormatError) in
        try metrics.write()
        for (k, student) in zip(stage.segments, trainer.students) {
          try StudentFile.write(student, to: folder.file(stage, segment: k))
        }
      }
    }
  }

  /// A checkpoint, if the weights are worth one.
  private func save(
    _ trainer: any StageTrainer, _ metrics: Metrics, _ path: String
  ) throws(DistillationError) {
    try trainer.checkFinite()
    try saving { () throws(FormatError) in
      // The record first: lines beyond the checkpoint are dropped by whoever goes on, missing
      // ones would be missing for good.
      try metrics.write()
      try StudentFile.writeCheckpoint(trainer, to: path)
    }
  }

  /// The finished students that a stage takes.
  private func earlierStudents(
    _ stage: TrainingStage, among stages: [TrainingStage]
  ) throws(DistillationError) -> FinishedStudents {
    do { return try folder.finished(before: stage, among: stages) } catch { throw .file(error) }
  }

  /// One step of the progress is one student.
  private func construct(
    _ construction: StudentConstruction, _ shouldStop: () -> Bool,
    _ progress: (TrainingProgress) -> Void
  ) throws(DistillationError) {
    let segments = plan.grid.segments
    for k in folder.finishedSegments(of: segments.count)..<segments.count {
      if shouldStop() { throw .interrupted(segment: k, step: 0) }
      let student: ConstructedStudent
      do {
        student = try construction.student(plan, from: segments[k].from, to: segments[k].to)
      } catch {
        throw .construction(error)
      }
      try saving { () throws(FormatError) in try student.file.write(to: folder.segmentFile(k)) }
      progress(
        TrainingProgress(
          segment: k, segmentCount: segments.count, step: 1, totalStep: k + 1,
          totalSteps: segments.count, loss: student.errorBound))
    }
  }

  /// Where a stage's training stood; nil if there is no checkpoint of it.
  private func saved(
    _ path: String, _ stage: TrainingStage, _ finished: FinishedStudents
  ) throws(DistillationError) -> StudentFile.Saved? {
    guard FileReader.exists(path) else { return nil }
    do {
      return try StudentFile.readCheckpoint(path, stage, after: finished)
    } catch { throw .file(error) }
  }

  private func saving(_ body: () throws(FormatError) -> Void) throws(DistillationError) {
    do { try body() } catch { throw .file(error) }
  }
}

extension DistillationPlan {
  /// The first part in which this plan differs from another, in words; nil if they are equal.
  func difference(from other: DistillationPlan) -> String? {
    if learned != other.learned { return "teacher" }
    if mixture.json != other.mixture.json { return "mixture" }
    if grid.process.json != other.grid.process.json { return "process" }
    if grid.json != other.grid.json { return "grid" }
    if seed != other.seed { return "seed" }
    return recipe == other.recipe ? nil : "recipe"
  }
}
