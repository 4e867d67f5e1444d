import Arrays
import Mixtures
import Networks

extension TimeScoreParts {
  /// 1/s² and α/s² times `unit` as signals of one layer.
  ///
  /// `unit`, a power of two, keeps them near 1 or below: a signal that is a difference of large
  /// squares loses digits when it is squared again.
  private func factors(
    _ alpha: Signal, _ reciprocal: (block: ReciprocalBlock?, products: Int),
    in builder: inout NetworkBuilder
  ) -> (precision: Signal, slope: Signal, unit: Double) {
    let limit = process.sigmaInfinity * process.sigmaInfinity
    guard let block = reciprocal.block else {
      return (.constant(1 / limit, layer: alpha.layer), 1 / limit * alpha, 1)
    }
    let s = ((variance - limit) * builder.requ(alpha) + limit).within(block.interval)
    let unit = Double(sign: .plus, exponent: block.interval.lowerBound.exponent, significand: 1)
    let seed = unit * block.seed(s, in: &builder)
    let total = builder.carry(s, to: seed.layer)
    let square = builder.square(seed)
    // Both factors near each other on average, again for the sake of digits.
    let middle = (block.interval.upperBound / block.interval.lowerBound).squareRoot()
    let balance = Double(sign: .plus, exponent: middle.exponent, significand: 1)
    var rest = (-1 * builder.product(1 / (unit * balance) * total, balance * seed) + 1)
      .within(-block.seedError...block.seedError)
    var slope = builder.product(
      builder.carry(alpha, to: seed.layer), seed, squareOfB: square)
    var precision = builder.carry(seed, to: slope.layer)
    for step in 0..<reciprocal.products {
      let factor = rest + 1
      let square = builder.square(factor)
      slope = builder.product(slope, factor, squareOfB: square)
      precision = builder.product(precision, factor, squareOfB: square)
      if step + 1 < reciprocal.products { rest = builder.square(rest) }
    }
    return (precision, slope, unit)
  }

  /// The whole network on (x, t), and which hidden layers do what.
  func build(
    _ exponential: ApproximateSignal, _ start: NetworkBuilder,
    _ reciprocal: (block: ReciprocalBlock?, products: Int), _ blocks: ResponsibilityBlocks?
  ) -> (SparseNetwork, stages: [(name: String, layers: Range<Int>)]) {
    var builder = start
    let x = (0..<mixture.dimension).map { builder.input($0) }
    let alpha = exponential.signal
    let (precision, slope, unit) = factors(alpha, reciprocal, in: &builder)
    var gammas: [Signal] = []
    var stages = [("alpha", 1..<alpha.layer + 1)]
    var last = max(precision.layer, slope.layer)
    if let blocks {
      let tree = GapTree.gaps(
        mixture.componentCount, differences(x, alpha, in: &builder), in: &builder)
      let layer = max(tree.gaps[0].layer, slope.layer)
      let factor = builder.carry(slope, to: layer)
      let square = builder.square(factor)
      let gaps = tree.gaps.map { gap in
        let aligned = builder.carry(gap, to: layer)
        return 1 / unit
          * builder.product(aligned, factor, squareOfB: square).within(0 ... .infinity)
      }
      gammas = blocks.responsibilities(gaps, weights: mixture.weights, in: &builder)
      last = gammas[0].layer
      stages += [
        ("1/s^2 beside largest logit", alpha.layer + 1..<layer + 1),
        ("responsibilities", layer + 1..<last + 1),
      ]
    }
    let outputs = self.outputs(
      x.map { builder.carry($0, to: last) }, gammas, builder.carry(precision, to: last),
      builder.carry(slope, to: last), unit, in: &builder)
    let network = builder.network(outputs: outputs)
    stages.append(("products with 1/s^2", last + 1..<network.hiddenLayers + 1))
    return (network, stages)
  }

  /// ρ (μ_c + Σ γ_k (μ_k − μ_c)) − x/s² of signals of one layer, ρ and 1/s² times `unit`.
  private func outputs(
    _ x: [Signal], _ gammas: [Signal], _ precision: Signal, _ slope: Signal,
    _ unit: Double, in builder: inout NetworkBuilder
  ) -> [Signal] {
    let isConstant = precision.terms.isEmpty
    let next = slope.layer + 1
    let square = builder.square(slope)
    var scaled: [(k: Int, signal: Signal)] = []
    for (k, gamma) in gammas.enumerated() where k != spread.centre {
      scaled.append((k, builder.product(gamma, slope, squareOfB: square)))
    }
    var towards = x.map { coordinate in
      isConstant
        ? builder.carry(precision.constant * coordinate, to: next)
        : builder.product(coordinate, precision)
    }
    var base = builder.carry(slope, to: next)
    if gammas.count > 8 {
      // One neuron for each product costs a layer but saves weights of the outputs.
      scaled = scaled.map { ($0.k, builder.relu($0.signal)) }
      base = builder.carry(base, to: next + 1)
      towards = towards.map { builder.carry($0, to: next + 1) }
    }
    let means = mixture.means
    return x.indices.map { a in
      var sum = means[spread.centre, a] / unit * base - 1 / unit * towards[a]
      for (k, signal) in scaled {
        sum = sum + (means[k, a] - means[spread.centre, a]) / unit * signal
      }
      return sum
    }
  }
}
