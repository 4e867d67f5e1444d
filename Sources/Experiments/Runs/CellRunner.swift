import Arrays
public import Distillation
import Formats
import Mixtures
import Networks
import ProbabilityFlow
import Schedules
import Stability

/// Computes cells of an experiment's folder, each at most once.
public struct CellRunner: Sendable {
  /// The folder.
  public let folder: ExperimentFolder
  /// Steps between checkpoints of a cell: what a kill may lose.
  public let checkpointInterval: Int

  /// A runner for a folder that `open` has prepared.
  public init(_ folder: ExperimentFolder, checkpointInterval: Int = 200) {
    (self.folder, self.checkpointInterval) = (folder, checkpointInterval)
  }

  /// The result of a cell: read if it is there, otherwise computed from wherever its run folder stands.
  ///
  /// - Parameters:
  ///   - shouldStop: asked after each step; if true, a checkpoint is written and the error is
  ///     `.cell` with `.interrupted`.
  ///   - progress: called after each step.
  public func run(
    _ cell: Cell, shouldStop: () -> Bool = { false },
    progress: (TrainingProgress) -> Void = { _ in }
  ) throws(ExperimentError) -> CellResult {
    if let result = try folder.result(cell) { return result }
    let clock = ContinuousClock()
    let begin = clock.now
    let measurements: [CellMeasurement]
    let parameters: Int
    do throws(DistillationError) {
      let run = folder.run(cell)
      let distiller =
        run.hasPlan
        ? try Distiller(
          resuming: run, expecting: cell.plan, checkpointInterval: checkpointInterval)
        : try Distiller(starting: cell.plan, in: run, checkpointInterval: checkpointInterval)
      try distiller.run(shouldStop: shouldStop, progress: progress)
      (measurements, parameters) = try measure(cell, run)
    } catch {
      throw .cell(name: cell.name, error)
    }
    let result = CellResult(
      keys: cell.keys, measurements: measurements, steps: cell.plan.recipe.totalSteps,
      parameters: parameters, seconds: (clock.now - begin) / .seconds(1))
    do {
      try result.json.write(to: folder.resultFile(cell.name))
    } catch {
      throw .file(error)
    }
    return result
  }

  /// Seeds of training are small numbers; samples of evaluation share none of their streams.
  private static let evaluationSeed: UInt64 = 3_805_296_970

  private func measure(
    _ cell: Cell, _ run: RunFolder
  ) throws(DistillationError) -> ([CellMeasurement], Int) {
    let plan = cell.plan
    if plan.recipe.target == .score {
      let score = try run.scores(plan)[0]
      let error = score.scoreError(plan.flow, samples: cell.samples, seed: Self.evaluationSeed)
      return ([CellMeasurement("relative_mse", error)], score.network.parameterCount)
    }
    let chain = try run.students(plan)
    let networks = plan.recipe.sharing == .shared ? 1 : chain.students.count
    let parameters = chain.students.prefix(networks).reduce(0) { $0 + $1.network.parameterCount }
    do {
      let measured = try ChainMeasurement(
        chain, plan: plan, samples: cell.samples, seed: Self.evaluationSeed)
      var measurements = [CellMeasurement("relative_mse", measured.relativeError)]
      if let error = measured.errorAgainstPublished {
        measurements.append(CellMeasurement("relative_mse_published_teacher", error))
      }
      measurements += [
        CellMeasurement("nll", measured.negativeLogLikelihood),
        CellMeasurement("teacher_nll", measured.teacherNegativeLogLikelihood),
        CellMeasurement("energy_distance", measured.energyDistance),
        CellMeasurement("worst_segment", measured.worstSegment),
      ]
      return (measurements + lipschitz(chain, plan), parameters)
    } catch {
      throw .teacher(error)
    }
  }

  /// Of a student in one step the certified Lipschitz constants, where they are finite.
  private func lipschitz(_ chain: StudentChain, _ plan: DistillationPlan) -> [CellMeasurement] {
    guard plan.grid.segmentCount == 1, let constants = chain.lipschitz(plan).first else {
      return []
    }
    return [("lipschitz", constants.global), ("lipschitz_local", constants.local)]
      .filter { $0.1.isFinite }
      .map {
        CellMeasurement($0.0, Estimate(value: $0.1, standardError: 0), kind: .certificate)
      }
  }
}
