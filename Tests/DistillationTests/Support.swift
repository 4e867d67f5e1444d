import Arrays
import Distillation
import Formats
import Foundation
import Mixtures
import Networks
import ProbabilityFlow
import RealModule
import Schedules
import Stability
import TestSupport
import Testing

/// All tests of this module, one after another: some change the number of threads.
@Suite(.serialized) struct DistillationTests {}

/// Runs `body` with a number of threads.
func withThreads<T>(_ count: Int, _ body: () throws -> T) rethrows -> T {
  let before = Parallel.threadCount
  defer { Parallel.threadCount = before }
  Parallel.threadCount = count
  return try body()
}

/// What a finished run is compared by: the students and the record of the loss.
func result(of folder: RunFolder) throws -> [Data] {
  let students = try FileManager.default.contentsOfDirectory(atPath: folder.file("segments"))
  return try (students.sorted().map { "segments/" + $0 } + ["metrics.jsonl"])
    .map { try bytes(folder.file($0)) }
}

/// A plan small enough to train in a blink; every part can be replaced.
struct PlanParts {
  /// Nil: three spherical components in the plane.
  var mixture: GaussianMixture?
  var beta = 5.0
  var times: [Double] = [1, 0.3, 0.1, 0]
  var recipe = Recipe.paper
  var seed: UInt64 = 7

  init(steps: Int = 31, widths: [Int] = [12, 12], batch: Int = 32) {
    recipe.hiddenWidths = widths
    recipe.totalSteps = steps
    recipe.batch = batch
    recipe.learningRate = 3e-3
  }

  func plan() throws -> DistillationPlan {
    let process = try OrnsteinUhlenbeck(beta: beta, sigmaInfinity: 1, horizon: 1)
    return DistillationPlan(
      mixture: try mixture
        ?? GaussianMixture(
          weights: [0.2, 0.3, 0.5], means: Matrix([[-1, 0.5], [2, 0], [0, -1.5]]),
          covariances: .spherical([0.2, 0.2, 0.2])),
      grid: TimeGrid(rule: "test", process: process, times: times, kind: .estimate),
      recipe: recipe, seed: seed)
  }
}

/// Trains a plan in a folder of its own and returns its students and all losses.
func train(_ plan: DistillationPlan) throws -> (chain: StudentChain, losses: [Double]) {
  try withFolder { path in
    let folder = RunFolder(path + "/run")
    var losses: [Double] = []
    try Distiller(starting: plan, in: folder).run(progress: { losses.append($0.loss) })
    return (try folder.students(plan), losses)
  }
}

/// The flow of one Gaussian N(μ, s² I), known exactly: affine, by theory for linear processes.
struct GaussianFlow {
  let mean: [Double]
  let deviation: Double

  func mixture() throws -> GaussianMixture {
    try GaussianMixture(
      weights: [1], means: Matrix([mean]), covariances: .spherical([deviation * deviation]))
  }

  /// The standard deviation of p_t, from α = e^{−5t} and σ² = 1 − α².
  func spread(_ t: Double) -> Double {
    let alpha = Double.exp(-5 * t)
    return (alpha * alpha * deviation * deviation + 1 - alpha * alpha).squareRoot()
  }

  /// Φ_{to←from}(x) = α_to μ + (spread_to/spread_from)(x − α_from μ) as (slope, offset).
  func map(from: Double, to: Double) -> (slope: Double, offset: [Double]) {
    let slope = spread(to) / spread(from)
    return (slope, mean.map { $0 * (.exp(-5 * to) - slope * .exp(-5 * from)) })
  }

  /// A plan for it.
  func plan(times: [Double], recipe: Recipe = .paper, seed: UInt64 = 1) throws -> DistillationPlan {
    DistillationPlan(
      mixture: try mixture(),
      grid: TimeGrid(rule: "test", process: try OrnsteinUhlenbeck(), times: times, kind: .estimate),
      recipe: recipe, seed: seed)
  }

  /// Draws from p_t: normals of the test's own seed, moved and scaled by the formulas above.
  func sample(_ count: Int, at t: Double, seed: UInt64) -> Matrix<Double> {
    var x = RandomStream(seed: seed).normals(rows: count, columns: mean.count)
    for i in 0..<count {
      for j in mean.indices { x[i, j] = x[i, j] * spread(t) + mean[j] * .exp(-5 * t) }
    }
    return x
  }

  /// Φ applied to each row.
  func carry(_ x: Matrix<Double>, from: Double, to: Double) -> Matrix<Double> {
    let (slope, offset) = map(from: from, to: to)
    var y = x
    for i in 0..<x.rows {
      for j in 0..<x.columns { y[i, j] = slope * x[i, j] + offset[j] }
    }
    return y
  }
}

/// A student x ↦ slope x + offset: one affine layer, no hidden ones.
func affineStudent(_ slope: Double, _ offset: [Double], from: Double, to: Double) -> Student {
  let d = offset.count
  var weights = Matrix<Float>(rows: d, columns: d)
  for a in 0..<d { weights[a, a] = Float(slope) }
  let layer = Network.Layer(
    weights: weights, biases: offset.map { Float($0) }, activation: .identity)
  return Student(
    network: Network(layers: [layer]), parametrisation: .plain, scale: 1, from: from, to: to)
}

/// Σ‖a − b‖²/Σ‖b‖².
func relativeMSE(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
  var (above, below) = (0.0, 0.0)
  for (x, y) in zip(a.elements, b.elements) {
    above += (x - y) * (x - y)
    below += y * y
  }
  return above / below
}

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

/// The sample standard deviation.
func deviation(_ values: [Double]) -> Double {
  let centre = mean(values)
  let squares = values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
  return (squares / Double(values.count - 1)).squareRoot()
}
