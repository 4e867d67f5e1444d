public import Arrays
import Formats
import Networks
import RealModule

/// Learns the score of a data set by denoising score matching (Vincent, 2011), into one file.
///
/// The result is a pure function of data, recipe and seed: step s draws from streams named by the seed
/// and s alone, so a run that was killed goes on from its file to the same bits. The teacher that comes
/// out has the running mean of the weights.
public struct ScoreLearner: Sendable {
  let moments: DataMoments
  /// The record so far.
  public private(set) var record: ScoreRecord
  var network: Network
  /// The running mean of the weights.
  var average: Network
  var optimiser: Muon
  private var tape: Tape
  /// The samples to learn from and those held out, in unit variables.
  private let training: Matrix<Double>
  private let heldOut: Matrix<Double>

  /// The half-life of the running mean, in shares of all steps.
  private static let halfLife = 0.01

  /// A learner before its first step.
  ///
  /// - Throws: `ScoreError.badRecipe`, `.badData`.
  public init(_ data: Matrix<Double>, recipe: ScoreRecipe, seed: UInt64) throws(ScoreError) {
    if let problem = recipe.problem { throw .badRecipe(problem) }
    let stream = RandomStream(seed: seed)
    let order = stream.substream("held-out").permutation(data.rows)
    let count = Int((recipe.heldOut * Double(data.rows)).rounded())
    let kept = data.gatheringRows(Array(order.dropFirst(count)))
    moments = try DataMoments(of: kept)
    let deviations = moments.variances.map { $0.squareRoot() }
    training = moments.entering(kept, alpha: 1, lengths: deviations)
    heldOut = moments.entering(
      data.gatheringRows(Array(order.prefix(count))), alpha: 1, lengths: deviations)
    let architecture = LearnedScore.architecture(
      dimension: data.columns, hiddenWidths: recipe.hiddenWidths)
    network = Network(architecture, random: stream.substream("weights"))
    // The Gaussian to begin with.
    for k in architecture.layers[architecture.depth - 1].weights { network.parameters[k] = 0 }
    average = network
    optimiser = Self.optimiser(architecture)
    tape = Tape(architecture, batch: recipe.batch)
    record = ScoreRecord(recipe: recipe, seed: seed, rows: data.rows, step: 0)
  }

  private static func optimiser(_ architecture: Architecture) -> Muon {
    Muon(
      parameterCount: architecture.parameterCount,
      matrices: StudentArchitecture.perceptron(architecture).matrices)
  }

  /// The teacher as it is now.
  public var score: LearnedScore {
    LearnedScore(moments: moments, network: average, record: record)
  }

  /// One step; returns the loss of its batch.
  ///
  /// - Throws: `ScoreError.diverged` if the loss or a gradient is no longer finite.
  public mutating func step() throws(ScoreError) -> Double {
    let (recipe, step) = (record.recipe, record.step)
    let stream = RandomStream(seed: record.seed).substream("batch").substream(UInt64(step))
    let rows = stream.substream("rows").uniforms(recipe.batch).map {
      min(training.rows - 1, Int($0 * Double(training.rows)))
    }
    // One angle in each of `batch` equal parts of [0, π/2].
    let angles = stream.substream("angles").uniforms(recipe.batch).enumerated().map {
      (Double($0) + $1) / Double(recipe.batch) * .pi / 2
    }
    let noise = stream.substream("noise").normals(rows: recipe.batch, columns: training.columns)
    let batch = ScoreMatchingBatch(
      training.gatheringRows(rows), angles: angles, noise: noise, moments)
    tape.forward(network, batch.inputs)
    let (values, gradient) = batch.losses(tape.output)
    tape.backward(network, outputGradient: gradient)
    let loss = values.reduce(0, +) / Double(values.count)
    let rate = CosineRate(
      peak: Float(recipe.learningRate), warmUp: recipe.steps / 50, steps: recipe.steps)
    let norm = optimiser.step(
      &network.parameters, gradient: tape.gradient, learningRate: rate(step))
    guard loss.isFinite, norm.isFinite else { throw .diverged(step: step) }
    updateAverage(step)
    record.step += 1
    return loss
  }

  /// w̄ ← w̄ + (1 − β)(w − w̄), β growing from 0 to its final value as the steps do.
  private mutating func updateAverage(_ step: Int) {
    let final = Double.pow(0.5, 1 / (Self.halfLife * Double(record.recipe.steps)))
    let keep = min(final, Double(step) / Double(step + 10))
    let share = Float(1 - keep)
    for k in average.parameters.indices {
      average.parameters[k] += share * (network.parameters[k] - average.parameters[k])
    }
  }

  /// Takes the steps that are missing, then measures, and keeps everything in the file.
  ///
  /// - Parameters:
  ///   - interval: steps between checkpoints: what a kill may lose.
  ///   - shouldStop: asked after each step; if true, the state is saved and `.interrupted` thrown.
  ///   - progress: called after each step with its loss.
  public mutating func run(
    to path: String, checkpointInterval interval: Int = 500, shouldStop: () -> Bool = { false },
    progress: (_ step: Int, _ loss: Double) -> Void = { _, _ in }
  ) throws(ScoreError) {
    while !record.isFinished {
      let loss = try step()
      progress(record.step, loss)
      let stop = shouldStop()
      if !record.isFinished, stop || record.step % interval == 0 { try save(to: path) }
      if stop, !record.isFinished { throw .interrupted(step: record.step) }
    }
    measure()
    try save(to: path)
  }

  /// Losses of the running mean, on at most 4,096 samples each.
  private mutating func measure() {
    let stream = RandomStream(seed: record.seed).substream("measurement")
    func loss(_ unit: Matrix<Double>, _ name: String) -> ScoreRecord.Loss? {
      guard unit.rows > 0 else { return nil }
      return ScoreRecord.Loss(
        average, on: unit.rowBlock(0..<min(unit.rows, 4096)), moments, stream.substream(name))
    }
    record.training = loss(training, "training")
    record.heldOut = loss(heldOut, "held-out")
  }

  private func save(to path: String) throws(ScoreError) {
    guard network.parameters.allSatisfy(\.isFinite) else { throw .diverged(step: record.step) }
    do { try file.write(to: path) } catch { throw .file(error) }
  }

  /// Goes on from a file.
  ///
  /// - Throws: `ScoreError.other` if it holds a teacher of other data, recipe or seed; `.file`.
  public mutating func resume(from path: String) throws(ScoreError) {
    let (found, state): (LearnedScore, LearnedScoreFile.State?)
    do {
      (found, state) = try LearnedScoreFile.read(path)
    } catch {
      throw .file(error)
    }
    if found.record.recipe != record.recipe {
      throw .other(path: path, difference: "choices")
    }
    if found.record.seed != record.seed { throw .other(path: path, difference: "seed") }
    if found.moments != moments || found.record.rows != record.rows {
      throw .other(path: path, difference: "data")
    }
    record = found.record
    average = found.network
    guard let state else { return }
    network.parameters = state.parameters
    optimiser.firstMoment = state.firstMoment
    optimiser.secondMoment = state.secondMoment
    optimiser.stepCount = record.step
  }
}
