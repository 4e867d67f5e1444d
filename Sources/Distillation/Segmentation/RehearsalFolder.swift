import Schedules

/// Where rehearsals are kept: inside a run folder, runs of their own, one for each number of segments.
///
/// A planning that was stopped goes on from their checkpoints, and one that is done is not done again.
public struct RehearsalFolder: Sendable {
  private let run: RunFolder
  private let checkpointInterval: Int

  /// The rehearsals of a run, with the steps between their checkpoints: what a kill may lose.
  public init(of run: RunFolder, checkpointInterval: Int = 200) {
    (self.run, self.checkpointInterval) = (run, checkpointInterval)
  }

  /// The students of a rehearsal, trained as far as they are not yet.
  func students(
    _ plan: DistillationPlan, shouldStop: () -> Bool, progress: (TrainingProgress) -> Void
  ) throws(DistillationError) -> StudentChain {
    let folder = RunFolder(run.file("rehearsals/\(plan.grid.segmentCount)"))
    let distiller =
      if folder.hasPlan {
        try Distiller(
          resuming: folder, expecting: plan, checkpointInterval: checkpointInterval)
      } else {
        try Distiller(starting: plan, in: folder, checkpointInterval: checkpointInterval)
      }
    try distiller.run(shouldStop: shouldStop, progress: progress)
    return try folder.students(distiller.plan)
  }
}
