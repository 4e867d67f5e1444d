import Arrays
import Construction
import Networks
import Testing

@Suite struct CalculusTests {
  /// The blocks' values at points of the plane, by a network of all of them at one depth.
  @Test func exactBlocksAreExact() {
    var builder = NetworkBuilder(inputs: 2)
    let (a, b) = (builder.input(0, in: -8...8), builder.input(1, in: -8...8))
    let outputs = [
      builder.square(a), builder.product(a, b), builder.maximum(a, b),
      builder.clip(b, to: -1...2), builder.carry(a, to: 5), 3 * a - 0.5 * b + 0.25,
    ]
    let network = builder.network(outputs: outputs)
    #expect(network.hiddenLayers == 5)
    // Multiples of 1/8 below 8: every product is exact in double precision.
    let uniforms = RandomStream(seed: 4).uniforms(200).map { (128 * $0).rounded() / 8 - 8 }
    let x = Matrix(rows: 100, columns: 2, elements: uniforms)
    let y = network(x)
    for i in 0..<x.rows {
      let (p, q) = (x[i, 0], x[i, 1])
      #expect(
        Array(y[row: i]) == [
          p * p, p * q, max(p, q), min(max(q, -1), 2), p, 3 * p - 0.5 * q + 0.25,
        ])
    }
    #expect(network.neuronCount(.relu) + network.neuronCount(.requ) > 0)
    #expect(network.neuronCount(.identity) == 0)
  }

  @Test func signalsKnowTheirIntervals() {
    var builder = NetworkBuilder(inputs: 2)
    let (a, b) = (builder.input(0, in: -1...3), builder.input(1, in: 2...4))
    #expect(builder.square(a).interval == 0...9)
    #expect(builder.product(a, b).interval == -4...12)
    #expect(builder.maximum(a, b).interval == 2...4)
    #expect((2 * a - b).interval == -6...4)
    // What is known not to be negative costs one neuron a layer, the rest two.
    let carried = builder.carry(b, to: 3)
    #expect(builder.network(outputs: [carried]).weightCount == 4)
    var other = NetworkBuilder(inputs: 1)
    let signed = other.carry(other.input(0), to: 3)
    #expect(other.network(outputs: [signed]).weightCount == 8)
  }
}
