import Mixtures
import Networks
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
  /// The number of networks that are trained one after the other.
  var stageCount: Int { recipe.sharing == .shared ? 1 : grid.segmentCount }

  /// The segments that the network of a stage serves.
  func segments(ofStage stage: Int) -> Range<Int> {
    recipe.sharing == .shared ? 0..<grid.segmentCount : stage..<stage + 1
  }

  /// The training steps of a stage.
  func steps(stage: Int) -> Int { recipe.steps(segment: stage, of: stageCount) }

  /// The shape of the network of segment k.
  func architecture(segment k: Int) -> StudentArchitecture {
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

  /// Harmonics of the angle 2 atan(σ/α) at the time where segment k begins; none if networks are
  /// separate.
  func timeFeatures(segment k: Int) -> [Float] {
    guard recipe.sharing == .shared else { return [] }
    let t = grid.times[k]
    let angle =
      2
      * Double.atan2(
        y: grid.process.sigmaSquared(t).squareRoot(), x: grid.process.alpha(t))
    return Recipe.timeHarmonics.flatMap {
      [Float(.cos(Double($0) * angle)), Float(.sin(Double($0) * angle))]
    }
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
    // A pool: true states, own states and ends in double precision, inputs and targets in single.
    let shared = recipe.sharing == .shared ? grid.segmentCount : 1
    let pool = Double(recipe.pool) * d * (24 + 8 * Double(shared))
    return (recipe.averaging == nil ? 16 : 20) * weights + pool
      + Double(recipe.batch) * (8 * states + 24 * d)
  }
}
