import Arrays
import Networks

extension UnequalScoreParts {
  /// Adds the neurons of the whitened coordinates' squares and the tree: the gap of each component to
  /// the largest logit, and a bound of max δ − min δ where δ are the errors of the stored priors.
  static func gaps(
    _ components: [WhitenedComponent], in builder: inout NetworkBuilder
  ) -> (gaps: [Signal], error: Double) {
    let d = components[0].mean.count
    let x = (0..<d).map { builder.input($0) }
    let exponents = components.map { component in
      var sum = Signal.constant(0, layer: 1)
      for a in 0..<d {
        var z = Signal.constant(component.offsets[a], layer: 0)
        for b in 0...a { z = z + component.slopes[a, b] * x[b] }
        sum = sum + 0.5 * builder.square(z)
      }
      return sum
    }
    var differences: [[Int]: (signal: Signal, error: LogitDifferences.Bound)] = [:]
    for pair in GapTree.pairs(components.count) {
      let (i, j) = (pair[0], pair[1])
      let prior = WhitenedComponent.priorDifference(components[i], components[j])
      let signal = (exponents[j] - exponents[i] + prior.value)
        .within(-.infinity ... .infinity)
      differences[pair] = (signal, .init(constant: prior.error))
    }
    let (gaps, error) = GapTree.gaps(components.count, differences, in: &builder)
    return (gaps, error.constant)
  }

  /// The whole network, and which hidden layers do what.
  func build(
    _ blocks: ResponsibilityBlocks
  ) -> (SparseNetwork, stages: [(name: String, layers: Range<Int>)]) {
    let d = output.origin.count
    var builder = NetworkBuilder(inputs: d)
    let gaps = UnequalScoreParts.gaps(components, in: &builder).gaps
    let y = coordinates(in: &builder)
    var gammas = blocks.responsibilities(
      gaps, weights: [Double](repeating: 1, count: components.count), in: &builder)
    let others = components.indices.filter { $0 != output.centre }
    let bends = output.bends.reduce(0) { $0 + $1.elements.count { $0 != 0 } }
    if 2 * 2 * min(bends, others.count * d) > 2 * d + 3 * others.count {
      // Each responsibility is three neurons; one neuron for it costs a layer but saves weights.
      for k in others { gammas[k] = builder.relu(gammas[k]) }
    }
    let last = gammas[others[0]].layer
    let ahead = y.ahead.map { builder.carry($0, to: last) }
    let behind = y.behind.map { builder.carry($0, to: last) }
    var outputs = (0..<d).map { Signal.constant(output.offset[$0], layer: last + 1) }
    for b in 0..<d
    where output.bends.contains(where: { bend in (0..<d).contains { bend[$0, b] != 0 } }) {
      // γy = ((uγ + y⁺)² − (uγ + y⁻)² − (y⁺)² + (y⁻)²)/2u, u a power of two: two neurons each.
      let squares = builder.requ(behind[b]) - builder.requ(ahead[b])
      for k in others where (0..<d).contains(where: { output.bends[k][$0, b] != 0 }) {
        let product =
          squares + builder.requ(unit * gammas[k] + ahead[b])
          - builder.requ(unit * gammas[k] + behind[b])
        for a in 0..<d where output.bends[k][a, b] != 0 {
          outputs[a] = outputs[a] + (0.5 / unit * output.bends[k][a, b]) * product
        }
      }
    }
    for k in others {
      let gamma = builder.carry(gammas[k], to: last + 1)
      for a in 0..<d { outputs[a] = outputs[a] + output.steps[k][a] * gamma }
    }
    for b in 0..<d {
      let coordinate =
        builder.carry(ahead[b], to: last + 1) - builder.carry(behind[b], to: last + 1)
      for a in 0..<d { outputs[a] = outputs[a] + output.slope[a, b] * coordinate }
    }
    let network = builder.network(outputs: outputs)
    let (tree, first) = (gaps[0].layer, gaps[0].layer + 1 + blocks.exponential.layers)
    return (
      network,
      [
        ("squares and largest logit", 1..<tree + 1), ("exponential", tree + 1..<first + 1),
        ("reciprocal and responsibilities", first + 1..<last + 1),
        ("products with x", last + 1..<last + 2),
      ]
    )
  }

  /// The positive and the negative parts of x − origin, one neuron each.
  private func coordinates(
    in builder: inout NetworkBuilder
  ) -> (ahead: [Signal], behind: [Signal]) {
    let y = output.origin.enumerated().map { builder.input($0.offset) + -$0.element }
    return (y.map { builder.relu($0) }, y.map { builder.relu(-1 * $0) })
  }

  /// The outputs where every v_k is the same.
  func affineOutputs(in builder: NetworkBuilder) -> [Signal] {
    output.origin.indices.map { a in
      var sum = Signal.constant(output.offset[a], layer: 0)
      for b in output.origin.indices {
        sum = sum + output.slope[a, b] * (builder.input(b) + -output.origin[b])
      }
      return sum
    }
  }
}
