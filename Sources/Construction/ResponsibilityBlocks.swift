import Mixtures
import Networks
import RealModule

/// The exponential and the reciprocal that together stay within a budget, and their assembly.
struct ResponsibilityBlocks: Sendable {
  let exponential: ExponentialBlock
  let reciprocal: ReciprocalBlock
  /// Goldschmidt's products J.
  let products: Int
  /// The bounds of what they do to the score.
  let terms: [ScoreCertificate.Term]

  init(
    exponential: ExponentialBlock, reciprocal: ReciprocalBlock, products: Int,
    terms: [ScoreCertificate.Term]
  ) {
    (self.exponential, self.reciprocal, self.products) = (exponential, reciprocal, products)
    self.terms = terms
  }

  /// The cheapest blocks whose errors add up to less than `budget`; nil if none do.
  ///
  /// R gets a fifth of it, the fewest squarings that keep the exponential within six tenths are
  /// taken, and the rest is the reciprocal's.
  init?(_ parts: MeanSpread, budget: Double) {
    let count = Double(parts.count)
    let range = max(2, .log(parts.totalDistance / (0.2 * budget)))
    var found: (block: ExponentialBlock, bound: Double)?
    for squarings in 0...20 where found == nil {
      for fraction in stride(from: 1, through: 0.2, by: -0.05) {
        let block = ExponentialBlock(range: range, squarings: squarings, fraction: fraction)
        guard let block else { continue }
        // The sum is at least the largest exponential, e^{−innerError} or more.
        let tail = parts.totalDistance * block.tailError * .exp(block.innerError)
        let bound = 0.5 * parts.diameter * block.innerError + tail
        if bound <= budget * 0.6, bound < found?.bound ?? .infinity { found = (block, bound) }
      }
    }
    guard let (exponential, bound) = found else { return nil }
    // Each exponential lies between 0 and `largest`, the largest one above `smallest`.
    let smallest = Double.exp(-exponential.innerError)
    let largest = Double.exp(exponential.innerError) + exponential.tailError
    let clipping = exponential.remainder * parts.totalDistance / smallest
    let left = budget - bound - clipping
    guard left > 0 else { return nil }
    self.exponential = exponential
    let weights = parts.weights
    let interval =
      smallest * (weights?.reduce(1, min) ?? 1) * (1 - 1e-9)...(weights?.reduce(0, +) ?? count)
      * largest * (1 + 1e-9)
    let weightsOfKnot = 2 * count + 3
    // Twice the weights that a product costs: depth is dearer than width.
    let weightsOfProduct = 2 * (2 * Double(parts.dimension) + 9 * count)
    var best: (block: ReciprocalBlock, products: Int, cost: Double)?
    for products in 1...4 {
      for knots in 1...24 {
        let cost = Double(knots) * weightsOfKnot + Double(products) * weightsOfProduct
        if let best, best.cost <= cost { break }
        guard let block = ReciprocalBlock(interval, knots: knots), block.seedError < 0.9,
          .pow(block.seedError, Double(1 << products)) * parts.radius <= left
        else { continue }
        best = (block, products, cost)
        break
      }
    }
    guard let best else { return nil }
    (reciprocal, products) = (best.block, best.products)
    let remainder = Double.pow(best.block.seedError, Double(1 << best.products)) * parts.radius
    terms = [
      .init(source: "exponential", bound: bound * (1 + 1e-9)),
      .init(source: "cut-off", bound: clipping * (1 + 1e-9)),
      .init(source: "reciprocal", bound: remainder * (1 + 1e-9)),
    ]
  }

  /// The whole network, and which hidden layers do what.
  func build(
    _ parts: SharedScoreParts
  ) -> (SparseNetwork, stages: [(name: String, layers: Range<Int>)]) {
    let d = parts.marginal.mixture.dimension
    var builder = NetworkBuilder(inputs: d)
    let x = (0..<d).map { builder.input($0) }
    guard let logits = parts.logits else { preconditionFailure("an affine score has no logits") }
    let gaps = logits.gaps(in: &builder).gaps
    let slope = 1 / (logits.scale * exponential.range)
    let exponentials = gaps.map { gap in
      let inside = -slope * gap + 1
      return exponential.apply(builder.relu(inside), builder.requ(inside), in: &builder)
    }
    let first = exponentials[0].layer
    var gammas = normalised(exponentials, weights: nil, in: &builder)
    if 2 * (gammas.count - 1) * d > 2 * d + 3 * gammas.count {
      // Each product is three neurons; one neuron for it costs a layer but saves outputs.
      gammas = gammas.enumerated().map { k, gamma in
        k == parts.centre ? gamma : builder.relu(gamma)
      }
    }
    let last = gammas.enumerated().reduce(0) { $1.offset == parts.centre ? $0 : $1.element.layer }
    let carried = x.map { builder.carry($0, to: last) }
    let network = builder.network(
      outputs: parts.outputs(carried, responsibilities: gammas))
    return (
      network,
      [
        ("largest logit", 1..<gaps[0].layer + 1), ("exponential", gaps[0].layer + 1..<first + 1),
        ("reciprocal and responsibilities", first + 1..<last + 1),
      ]
    )
  }

  /// w_k e^{−gap_k}/Σ w e^{−gap} from the gaps.
  func responsibilities(
    _ gaps: [Signal], weights: [Double], in builder: inout NetworkBuilder
  ) -> [Signal] {
    let exponentials = gaps.map { gap in
      let inside = -1 / exponential.range * gap + 1
      return exponential.apply(builder.relu(inside), builder.requ(inside), in: &builder)
    }
    return normalised(exponentials, weights: weights, in: &builder)
  }

  /// w_k e_k/Σwe by the spline and Goldschmidt's products: w_k e_k r_0 (1 + e)(1 + e²)….
  private func normalised(
    _ exponentials: [Signal], weights: [Double]?, in builder: inout NetworkBuilder
  ) -> [Signal] {
    let values = exponentials.enumerated().map { (weights?[$0.offset] ?? 1) * $0.element }
    let sum = values.dropFirst().reduce(values[0], +).within(reciprocal.interval)
    let seed = reciprocal.seed(sum, in: &builder)
    let total = builder.carry(sum, to: seed.layer)
    let numerators = values.map { builder.carry($0, to: seed.layer) }
    var square = builder.square(seed)
    let error = reciprocal.seedError
    var rest = (-1 * builder.product(total, seed, squareOfB: square) + 1).within(-error...error)
    var result = numerators.map { builder.product($0, seed, squareOfB: square) }
    for step in 0..<products {
      let factor = rest + 1
      square = builder.square(factor)
      result = result.map { builder.product($0, factor, squareOfB: square) }
      if step + 1 < products { rest = builder.square(rest) }
    }
    return result
  }
}
