import Mixtures
package import Networks
import ProbabilityFlow
import RealModule
import Schedules

extension Recipe {
  /// The attention heads of a transformer student.
  static let attentionHeads = 4
  /// Multiples of the angle whose cosine and sine a shared network takes.
  static let timeHarmonics = [1, 2, 4]
}

extension DistillationPlan {
  /// The shape of the network of segment k.
  package func architecture(segment k: Int) -> StudentArchitecture {
    let d = mixture.dimension
    func perceptron(_ inputs: Int) -> Architecture {
      .mlp(
        dimensions: [inputs] + recipe.hiddenWidths + [d], activations: recipe.activations.cycle,
        hasLinearPath: recipe.parametrisation == .linear)
    }
    switch recipe.network {
    case .perceptron:
      return .perceptron(perceptron(d + timeFeatures(segment: k).count))
    case .transformer:
      return .transformer(
        TransformerArchitecture(
          dimension: d, blocks: recipe.blocks, width: recipe.hiddenWidths[0],
          heads: Recipe.attentionHeads))
    case .composition:
      return .composition(
        ResidualCompositionArchitecture(network: perceptron(d), blocks: eulerSteps(segment: k)))
    }
  }

  /// Explicit Euler steps x ← x + h v(x), v = f x − ½g² s, as factors of x and s.
  ///
  /// h = −(from − to)/n, f and g are those in the middle of each step. With the paper's process f = −β
  /// and ½g² = βσ∞²: its Definition 10.
  private func eulerSteps(segment k: Int) -> [ResidualCompositionArchitecture.Block] {
    let (from, to) = grid.segments[k]
    let h = (to - from) / Double(recipe.blocks)
    return (0..<recipe.blocks).map { i in
      let t = from + h * (Double(i) + 0.5)
      return ResidualCompositionArchitecture.Block(
        stateFactor: 1 + h * grid.process.drift(t),
        networkFactor: -h * grid.process.diffusionSquared(t) / 2)
    }
  }

  /// What the network of segment k takes beside the state as a flow map; none if it takes no time.
  ///
  /// The time is that where the segment begins, of a physics-informed student that where it ends.
  package func timeFeatures(segment k: Int) -> [Float] {
    guard recipe.sharing == .shared || recipe.objective.takesTime || recipe.pretraining > 0 else {
      return []
    }
    return timeFeatures(at: grid.times[recipe.objective == .physicsInformed ? k + 1 : k])
  }

  /// Harmonics of the angle at time t.
  func timeFeatures(at t: Double) -> [Float] {
    let angle = grid.process.noiseAngle(t)
    return Recipe.timeHarmonics.flatMap {
      [Float(.cos(Double($0) * angle)), Float(.sin(Double($0) * angle))]
    }
  }

  /// The coordinates of all states of a pool: 256 MB, and as many of what they should become.
  private static let mostCoordinates = 1 << 26

  /// The pairs of a pool: the recipe's number, in many dimensions as many as memory should hold; 0 without a pool.
  var mostPairs: Int {
    min(recipe.pool, max(32, Self.mostCoordinates / mixture.dimension))
  }

  /// The trajectories of the pool of a round; 0 without one.
  ///
  /// A network of all segments takes one pair of each segment from a trajectory. No more than a segment's training
  /// takes samples.
  var poolSize: Int {
    guard recipe.pool > 0 else { return 0 }
    let n = grid.segmentCount
    let networks = recipe.sharing == .shared ? 1 : n
    let steps = (0..<networks).map { recipe.steps(segment: $0, of: networks) }.max() ?? 0
    let batch = (recipe.batch * networks + n - 1) / n
    // A fit of the student's form takes the pool.
    let least = StudentForm.pairCount(recipe.parametrisation, dimension: mixture.dimension)
    let share = networks == n ? mostPairs : max(32, mostPairs / n)
    return min(recipe.pool, max(min(share, steps * batch), least, 32))
  }

  /// The bytes that training needs, roughly: weights with gradient and moments, the states of a
  /// batch with their gradients, the teacher's working memory.
  public var memoryEstimate: Double {
    let widths = [mixture.dimension] + recipe.hiddenWidths + [mixture.dimension]
    let weights =
      recipe.construction == nil ? Double(architecture(segment: 0).parameterCount) : 0
    let states =
      widths.reduce(0.0) { $0 + Double($1) }
      * Double(recipe.network == .composition ? recipe.blocks : 1)
    let d = Double(mixture.dimension)
    // Pairs of a pool in single precision, and of one that takes its place.
    let pool = Double(min(mostPairs, recipe.totalSteps * recipe.batch)) * d * 16
    // Consistency keeps every trajectory at all points of a segment, and a second mean of the weights.
    let shared = recipe.sharing == .shared ? grid.segmentCount : 1
    let points =
      recipe.objective == .consistency
      ? Double(poolSize) * d * 4 * Double(shared * (recipe.points + 1)) + 4 * weights : 0
    return (recipe.averaging == nil ? 16 : 20) * weights + pool + points
      + Double(recipe.batch) * (8 * states + 24 * d)
  }
}
