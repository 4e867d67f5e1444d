import Arrays
import Mixtures
import ProbabilityFlow
import Schedules
public import Stability

extension StudentChain {
  /// The students of a plan, trained in memory: nothing is kept but the result.
  ///
  /// - Throws: `.interrupted` if asked to stop; what ends a training.
  /// - Precondition: the recipe trains flow maps.
  public init(
    training plan: DistillationPlan, shouldStop: () -> Bool = { false },
    progress: (TrainingProgress) -> Void = { _ in }
  ) throws(DistillationError) {
    let plan = try plan.dividingSteps()
    precondition(plan.recipe.construction == nil && plan.recipe.target == .flowMap, "no students")
    var sequence = StageSequence(plan)
    var (before, students): ([Student], [Student]) = ([], [])
    var (round, done) = (0, 0)
    for stage in sequence.stages {
      if stage.round > round { (round, before, students) = (stage.round, students, []) }
      var trainer = try sequence.trainer(
        stage, after: FinishedStudents(before: students, roundBefore: before),
        shouldStop: shouldStop)
      while !trainer.isFinished {
        let loss = try trainer.step()
        done += 1
        progress(
          TrainingProgress(
            segment: stage.index, segmentCount: sequence.stages.count, step: trainer.stepCount,
            totalStep: done, totalSteps: plan.recipe.totalSteps, loss: loss))
        if shouldStop() { throw .interrupted(segment: stage.index, step: trainer.stepCount) }
      }
      try trainer.checkFinite()
      students += trainer.students
    }
    self.init(students)
  }

  /// Σ‖ŷ − y‖²/Σ‖y‖² against the accurate teacher, an estimate from fresh samples.
  public func relativeError(
    _ plan: DistillationPlan, samples count: Int, seed: UInt64
  ) throws(DistillationError) -> Estimate {
    let (flow, start, tolerance) = (plan.distilled, plan.grid.times[0], 1e-6)
    do {
      let x = try flow.sample(
        count, at: start, tolerance: tolerance,
        from: RandomStream(seed: seed).substream("relative-error"))
      let y = try flow.transport(x, from: start, to: 0, tolerance: tolerance).orThrow().states
      return Estimate(ratioOf: self(x).rowSquares(minus: y), to: y.rowSquares)
    } catch { throw .teacher(error) }
  }
}
