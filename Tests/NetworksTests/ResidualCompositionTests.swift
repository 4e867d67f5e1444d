import Arrays
import Networks
import Testing

extension NetworksTests {
  @Suite struct ResidualCompositionTests {
    /// Numbers of coordinates, hidden widths, activations, blocks, samples.
    static let cases: [([Int], [Activation], Int, Int)] = [
      ([3, 5, 4, 3], [.relu], 3, 9),
      ([1, 1], [.relu], 1, 1),
      ([4, 7, 9, 4], [.relu, .requ], 2, 7),
      ([5, 17, 16, 5], [.relu], 4, 131),
      ([5, 300, 16, 5], [.relu, .requ], 2, 600),
    ]

    /// A composition with biases that are not zero, with a batch and its targets.
    static func problem(_ index: Int) -> (ResidualComposition, Matrix<Float>, Matrix<Float>) {
      let (dimensions, activations, blocks, batch) = cases[index]
      let shape = ResidualCompositionArchitecture(
        network: .mlp(dimensions: dimensions, activations: activations),
        blocks: (0..<blocks).map {
          .init(stateFactor: 1.25 - 0.3 * Double($0), networkFactor: 0.4 + 0.2 * Double($0))
        })
      var network = ResidualComposition(shape, random: RandomStream(seed: UInt64(40 + index)))
      for (k, value) in network.parameters.enumerated() where value == 0 {
        network.parameters[k] = 0.1 * Float(k % 7) - 0.27
      }
      let (x, target) = regression(
        rows: batch, inputs: shape.dimension, outputs: shape.dimension, seed: UInt64(index))
      return (network, x, target)
    }

    @Test(arguments: 0..<cases.count) func matchesNaiveTwin(index: Int) {
      let (network, x, target) = Self.problem(index)
      let twin = NaiveComposition(network)
      let (wideX, wideTarget) = (x.inDoublePrecision, target.inDoublePrecision)
      let (expected, expectedInput) = twin.gradient(wideX, wideTarget)
      let expectedLoss = twin.loss(wideX, wideTarget)

      var tape = ResidualCompositionTape(network.architecture, batch: x.rows)
      let loss = tape.squaredError(network, x, target: target)
      #expect(abs(loss - expectedLoss) <= 1e-6 * expectedLoss)
      #expect(relativeError(tape.gradient.map(Double.init), expected) < 1e-6)
      #expect(
        relativeError(tape.inputGradient.inDoublePrecision.elements, expectedInput.elements) < 1e-6)
      #expect(tape.output == network(x))

      let values = network(wideX)
      #expect(relativeError(tape.output.inDoublePrecision.elements, values.elements) < 1e-6)
      let naive = (0..<x.rows).flatMap { twin.value(Array(wideX[row: $0])) }
      #expect(relativeError(values.elements, naive) < 1e-14)
    }

    @Test(arguments: 0..<3) func twinMatchesFiniteDifferences(index: Int) {
      let (network, x, target) = Self.problem(index)
      NaiveComposition(network).expectDifferencesMatch(
        x.inDoublePrecision, target.inDoublePrecision)
    }

    /// One network of factors (0, 1) is the network; factors (1, 0) leave its input as it is.
    @Test func blocksAreNetworks() {
      let network = Network.mlp(dimensions: [4, 9, 4], random: RandomStream(seed: 8))
      let shape = ResidualCompositionArchitecture(
        network: network.architecture,
        blocks: [
          .init(stateFactor: 1, networkFactor: 0), .init(stateFactor: 0, networkFactor: 1),
          .init(stateFactor: 1, networkFactor: 0),
        ])
      let other = [Float](repeating: 0.5, count: network.parameterCount)
      let composition = ResidualComposition(
        shape, parameters: other + network.parameters + other)
      #expect(composition.block(1) == network)
      let (x, target) = regression(rows: 300, inputs: 4, outputs: 4, seed: 2)
      #expect(composition(x) == network(x))
      #expect(composition(x.inDoublePrecision) == network(x.inDoublePrecision))

      var tape = ResidualCompositionTape(shape, batch: 300)
      var plain = Tape(network.architecture, batch: 300)
      let loss = tape.squaredError(composition, x, target: target)
      #expect(loss == plain.squaredError(network, x, target: target, toInput: true))
      #expect(Array(tape.gradient[shape.parameters(1)]) == plain.gradient)
      #expect(tape.gradient[shape.parameters(0)].allSatisfy { $0 == 0 })
      #expect(tape.gradient[shape.parameters(2)].allSatisfy { $0 == 0 })
      #expect(tape.inputGradient == plain.inputGradient)
    }

    @Test func initialWeightsOfABlockDoNotDependOnTheOthers() {
      let random = RandomStream(seed: 5)
      func composition(_ blocks: Int) -> ResidualComposition {
        ResidualComposition(
          ResidualCompositionArchitecture(
            network: .mlp(dimensions: [6, 128, 128, 6]),
            blocks: Array(repeating: .init(stateFactor: 1, networkFactor: 1), count: blocks)),
          random: random)
      }
      let (few, many) = (composition(2), composition(4))
      #expect(many.architecture.parameterCount == 4 * (2 * 6 * 128 + 128 * 128 + 2 * 128 + 6))
      #expect(many.parameters.prefix(few.parameterCount) == few.parameters[...])
      for k in 0..<4 {
        #expect(
          many.block(k)
            == Network.mlp(dimensions: [6, 128, 128, 6], random: random.substream(UInt64(k))))
      }
    }
  }
}
