import Arrays
import Networks
import Testing

extension NetworksTests {
  @Suite struct GradientTests {
    static let cases: [(dimensions: [Int], activations: [Activation], batch: Int)] = [
      ([3, 5, 2], [.relu], 4),
      ([1, 1], [.relu], 1),
      ([4, 7, 9, 3], [.relu, .requ], 7),
      ([2, 17, 16, 15, 5], [.relu, .requ, .relu], 63),
      ([3, 8, 7, 2], [.squareplus], 5),
      ([5, 33, 31, 4], [.relu], 131),
      ([3, 8, 6, 6, 8, 3], [.relu, .requ], 600),
      ([4, 300, 270, 4], [.relu], 520),
      ([4, 300, 270, 4], [.squareplus], 520),
    ]

    @Test(arguments: 0..<cases.count) func matchesNaiveTwin(index: Int) {
      let (dimensions, activations, batch) = Self.cases[index]
      let random = RandomStream(seed: UInt64(100 + index))
      var network = Network.mlp(dimensions: dimensions, activations: activations, random: random)
      for layer in network.architecture.layers {
        for (k, place) in layer.biases.enumerated() {
          network.parameters[place] = 0.1 * Float(k % 7) - 0.3
        }
      }
      let (x, target) = regression(
        rows: batch, inputs: dimensions[0], outputs: dimensions.last ?? 0, seed: UInt64(index))
      let twin = NaiveNetwork(network)
      let (expected, expectedInput) = twin.gradient(x.inDoublePrecision, target.inDoublePrecision)
      let expectedLoss = twin.loss(x.inDoublePrecision, target.inDoublePrecision)

      var tape = Tape(network.architecture, batch: batch)
      let loss = tape.squaredError(network, x, target: target, toInput: true)
      #expect(abs(loss - expectedLoss) <= 1e-6 * expectedLoss)
      #expect(relativeError(tape.gradient.map(Double.init), expected) < 1e-6)
      #expect(
        relativeError(tape.inputGradient.elements.map(Double.init), expectedInput.elements) < 1e-6)

      // The separate passes are the same computation.
      var other = Tape(network.architecture, batch: batch)
      other.forward(network, x)
      let output = other.output
      var outputGradient = Matrix<Float>(rows: batch, columns: target.columns)
      let scale = Float(2 / Double(target.elements.count))
      for i in output.elements.indices {
        outputGradient.elements[i] = scale * (output.elements[i] - target.elements[i])
      }
      other.backward(network, outputGradient: outputGradient, toInput: true)
      #expect(other.gradient == tape.gradient)
      #expect(other.inputGradient == tape.inputGradient)
      #expect(other.output == network(x))
      #expect(
        relativeError(
          output.elements.map(Double.init), network(x.inDoublePrecision).elements) < 1e-6)
    }

    /// net(x) + S x against a target is net(x) against the target less S x, with the residual's own
    /// gradients for S, rᵀx, and for x, r S, in double precision.
    @Test(arguments: 0..<cases.count) func linearPathAddsItsPart(index: Int) throws {
      let (dimensions, activations, batch) = Self.cases[index]
      let (inputs, outputs) = (dimensions[0], dimensions.last ?? 0)
      let plain = Network.mlp(
        dimensions: dimensions, activations: activations,
        random: RandomStream(seed: UInt64(100 + index)))
      let architecture = Architecture.mlp(
        dimensions: dimensions, activations: activations, hasLinearPath: true)
      let path = RandomStream(seed: 4).normals(rows: outputs, columns: inputs).inSinglePrecision
      let network = Network(architecture, parameters: plain.parameters + path.elements)
      #expect(network.linearPath == path && architecture.linearPath?.count == inputs * outputs)
      let (x, target) = regression(rows: batch, inputs: inputs, outputs: outputs, seed: 7)
      let (wideX, wideS) = (x.inDoublePrecision, path.inDoublePrecision)
      let through = Gemm.product(wideX, transposed: wideS)
      var rest = target.inDoublePrecision
      for i in rest.elements.indices { rest.elements[i] -= through.elements[i] }

      var tape = Tape(architecture, batch: batch)
      let loss = tape.squaredError(network, x, target: target, toInput: true)
      let twin = NaiveNetwork(plain)
      #expect(abs(loss - twin.loss(wideX, rest)) <= 1e-5 * loss)
      let (layers, toInput) = twin.gradient(wideX, rest)
      var residual: Matrix<Double> = plain(wideX)
      for i in residual.elements.indices {
        residual.elements[i] =
          2 * (residual.elements[i] - rest.elements[i]) / Double(target.elements.count)
      }
      let toPath = Gemm.product(transposed: residual, wideX)
      #expect(
        relativeError(tape.gradient.map(Double.init), layers + toPath.elements) < 1e-5)
      var expectedInput = Gemm.product(residual, wideS)
      for i in toInput.elements.indices { expectedInput.elements[i] += toInput.elements[i] }
      #expect(
        relativeError(tape.inputGradient.elements.map(Double.init), expectedInput.elements) < 1e-5)
      // Inference, in both precisions.
      #expect(tape.output == network(x))
      let (wide, narrow): (Matrix<Double>, Matrix<Float>) = (network(wideX), network(x))
      #expect(relativeError(narrow.elements.map(Double.init), wide.elements) < 1e-5)
    }

    @Test(arguments: 0..<5) func twinMatchesFiniteDifferences(index: Int) {
      let (dimensions, activations, batch) = Self.cases[index]
      let network = Network.mlp(
        dimensions: dimensions, activations: activations, random: RandomStream(seed: 11))
      var twin = NaiveNetwork(network)
      for layer in twin.architecture.layers {
        for place in layer.biases { twin.parameters[place] = 0.05 }
      }
      let (x, target) = regression(
        rows: min(batch, 9), inputs: dimensions[0], outputs: dimensions.last ?? 0, seed: 5)
      twin.expectDifferencesMatch(x.inDoublePrecision, target.inDoublePrecision)
    }
  }
}
