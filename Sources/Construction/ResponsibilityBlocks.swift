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
  /// R gets a fifth of it and the exponential at most six tenths; the rest is the reciprocal's.
  /// Among the fewest squarings that do and one more, and all numbers of products, the choice with
  /// the fewest weights is taken, those of a layer counted twice: depth is dearer than width.
  /// The variant `logLog` takes the fewest layers instead.
  init?(_ parts: MeanSpread, budget: Double, _ variant: NetworkVariant = .mixed) {
    let candidates = ExponentialCandidate.all(parts, budget: 0.6 * budget, variant)
    guard !candidates.isEmpty else { return nil }
    // Each exponential lies between 0 and `largest`, the largest one above `smallest`.
    var (smallest, largest) = (1.0, 1.0)
    for block in candidates.map(\.block) {
      smallest = min(smallest, .exp(-block.innerError))
      largest = max(largest, .exp(block.innerError) + block.tailError)
    }
    let low = smallest * (parts.weights?.reduce(1, min) ?? 1) * (1 - 1e-9)
    let total = parts.weights?.reduce(0, +) ?? Double(parts.count)
    let interval = low...total * largest * (1 + 1e-9)
    var splines = SplineSearch(interval, mostKnots: 16)
    var best: (choice: ResponsibilityBlocks, cost: Int)?
    for candidate in candidates {
      let clipping = candidate.block.remainder * parts.totalDistance / smallest
      let left: Double = budget - candidate.bound - clipping
      guard left > 0 else { continue }
      for products in 1...4 {
        let power = Double(1 << products)
        let coarsest = Double.pow(left / parts.radius, 1 / power)
        guard let spline = splines.coarsest(within: coarsest) else { continue }
        let weightsOfKnots = spline.knots.count * (2 * parts.count + 3)
        let weightsOfProducts = products * (2 * parts.dimension + 9 * parts.count)
        let weightsOfExponentials = candidate.block.weights(parts)
        let weights = weightsOfKnots + 2 * (weightsOfProducts + weightsOfExponentials)
        let depth = variant == .logLog ? candidate.block.layers + products : 0
        let cost = depth * 1_000_000_000 + weights
        if let best, best.cost <= cost { continue }
        let terms: [ScoreCertificate.Term] = [
          .init(source: "exponential", bound: candidate.bound * (1 + 1e-9)),
          .init(source: "cut-off", bound: clipping * (1 + 1e-9)),
          .init(
            source: "reciprocal",
            bound: Double.pow(spline.seedError, power) * parts.radius * (1 + 1e-9)),
        ]
        best = (
          ResponsibilityBlocks(
            exponential: candidate.block, reciprocal: spline, products: products, terms: terms),
          cost
        )
      }
    }
    guard let best else { return nil }
    self = best.choice
  }

  /// The whole network, and which hidden layers do what.
  func build(
    _ parts: SharedScoreParts, _ variant: NetworkVariant
  ) -> (SparseNetwork, stages: [(name: String, layers: Range<Int>)]) {
    let d = parts.marginal.mixture.dimension
    var builder = NetworkBuilder(inputs: d)
    let x = (0..<d).map { builder.input($0) }
    var (gammas, ends) = responsibilities(parts, in: &builder)
    if 2 * (gammas.count - 1) * d > 2 * d + 3 * gammas.count {
      // Each product is three neurons; one neuron for it costs a layer but saves outputs.
      gammas = gammas.enumerated().map { k, gamma in
        k == parts.centre ? gamma : builder.relu(gamma)
      }
    }
    let last = gammas.enumerated().reduce(0) { $1.offset == parts.centre ? $0 : $1.element.layer }
    let carried = x.map { builder.carry($0, to: last) }
    let outputs = parts.outputs(carried, responsibilities: gammas)
    ends.append(("reciprocal and responsibilities", last))
    guard variant == .pure else {
      let all = Array(repeating: 1, count: last)
      return (builder.network(outputs: outputs), ResponsibilityBlocks.stages(ends, all))
    }
    let (network, counts) = builder.pureNetwork(outputs: outputs, typical: parts.typicalSize)
    return (network, ResponsibilityBlocks.stages(ends, counts))
  }

  /// The network that clips its responsibilities and subtracts x before the division.
  func build(
    _ parts: SharedScoreParts, _ clip: ResponsibilityClip
  ) -> (SparseNetwork, stages: [(name: String, layers: Range<Int>)]) {
    let d = parts.marginal.mixture.dimension
    var builder = NetworkBuilder(inputs: d)
    let x = (0..<d).map { builder.input($0) }
    var (gammas, ends) = responsibilities(parts, in: &builder)
    ends.append(("reciprocal and responsibilities", gammas[0].layer))
    gammas = clip.apply(gammas, in: &builder)
    ends.append(("clipping", gammas[0].layer))
    let carried = x.map { builder.carry($0, to: gammas[0].layer) }
    let outputs = parts.subtractedOutputs(carried, responsibilities: gammas, in: &builder)
    ends.append(("difference", outputs[0].layer))
    let all = Array(repeating: 1, count: outputs[0].layer)
    return (builder.network(outputs: outputs), ResponsibilityBlocks.stages(ends, all))
  }

  /// γ̂ of a shared covariance, and the last layers of what comes before the reciprocal.
  private func responsibilities(
    _ parts: SharedScoreParts, in builder: inout NetworkBuilder
  ) -> (gammas: [Signal], ends: [(name: String, layer: Int)]) {
    guard let logits = parts.logits else { preconditionFailure("an affine score has no logits") }
    let gaps = logits.gaps(in: &builder).gaps
    let slope = 1 / (logits.scale * exponential.range)
    let exponentials = gaps.map { gap in
      let inside = -slope * gap + 1
      return exponential.apply(builder.relu(inside), builder.requ(inside), in: &builder)
    }
    let first = exponentials[0].layer
    let gammas = normalised(exponentials, weights: nil, in: &builder)
    return (gammas, [("largest logit", gaps[0].layer), ("exponential", first)])
  }

  /// The parts of the network from the last layer of each, where each layer became `counts` layers.
  private static func stages(
    _ ends: [(name: String, layer: Int)], _ counts: [Int]
  ) -> [(name: String, layers: Range<Int>)] {
    var start = 1
    return ends.map { name, layer in
      let end = counts[..<layer].reduce(1, +)
      defer { start = end }
      return (name, start..<end)
    }
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
