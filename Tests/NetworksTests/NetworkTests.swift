import Arrays
import Networks
import Testing

extension NetworksTests {
  @Suite struct NetworkTests {
    @Test func counts() {
      let network = Network.mlp(
        dimensions: [64, 512, 512, 512, 512, 64], random: RandomStream(seed: 1))
      #expect(network.parameterCount == 64 * 512 * 2 + 3 * 512 * 512 + 4 * 512 + 64)
      #expect(network.depth == 5)
      #expect(network.width == 512)
      #expect(network.architecture.layers.map(\.activation).last == .identity)
      #expect(network.nonZeroCount == network.parameterCount - 4 * 512 - 64)
      let bound = Float((6.0 / 576).squareRoot())
      #expect(network.parameters[0..<512 * 64].allSatisfy { abs($0) <= bound })
      #expect(network.largestMagnitude > 0.99 * bound)
    }

    @Test func layersInAndOut() {
      let network = Network.mlp(
        dimensions: [3, 4, 5, 2], activations: [.requ, .relu], random: RandomStream(seed: 2))
      #expect(Network(layers: network.layers) == network)
    }

    /// ReQU makes squares exactly: x² = r(x) + r(−x).
    @Test func constructedSquare() {
      let square = Network(layers: [
        .init(weights: Matrix([[1], [-1]]), biases: [0, 0], activation: .requ),
        .init(weights: Matrix([[1, 1]]), biases: [0], activation: .identity),
      ])
      let x = Matrix<Float>([[-3], [0], [0.5], [2]])
      #expect(square(x).elements == [9, 0, 0.25, 4])
      #expect(square(x.inDoublePrecision).elements == [9, 0, 0.25, 4])
      #expect(square(Matrix<Float>(rows: 0, columns: 1)).rows == 0)
    }
  }
}
