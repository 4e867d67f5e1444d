import Arrays
import Networks
import Testing

extension NetworksTests {
  /// A transformer whose biases, shifts and scales all matter.
  static func perturbed(_ architecture: TransformerArchitecture, seed: UInt64)
    -> Transformer<Double>
  {
    let random = RandomStream(seed: seed)
    var result = Transformer<Double>(architecture, random: random)
    let noise = random.substream("noise").uniforms(result.parameterCount)
    for (i, u) in noise.enumerated() { result.parameters[i] += 0.4 * (u - 0.5) }
    return result
  }

  /// The derivative at 0 by central differences of order 4.
  static func difference(_ f: (Double) -> Double) -> Double {
    let h = 2e-5
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)
  }

  @Suite struct TransformerTests {
    static let shapes = [
      TransformerArchitecture(dimension: 1, blocks: 1, width: 4, heads: 2, feedForwardFactor: 1),
      TransformerArchitecture(dimension: 3, blocks: 0, width: 5, heads: 1),
      TransformerArchitecture(dimension: 4, blocks: 1, width: 6, heads: 3, feedForwardFactor: 2),
      TransformerArchitecture(dimension: 3, blocks: 3, width: 4, heads: 4, feedForwardFactor: 2),
      TransformerArchitecture(dimension: 7, blocks: 2, width: 6, heads: 1, feedForwardFactor: 3),
    ]

    @Test(arguments: 0..<shapes.count) func matchesFiniteDifferences(index: Int) {
      let shape = Self.shapes[index]
      var transformer = perturbed(shape, seed: UInt64(index))
      let batch = 9
      let random = RandomStream(seed: UInt64(50 + index))
      var x = random.normals(rows: batch, columns: shape.dimension)
      let target = random.substream(1).normals(rows: batch, columns: shape.dimension)
      var tape = TransformerTape<Double>(shape, batch: batch)
      let loss = tape.squaredError(transformer, x, target: target)
      func value() -> Double {
        let y = transformer(x)
        return zip(y.elements, target.elements).reduce(0) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        } / Double(target.elements.count)
      }
      #expect(abs(loss - value()) < 1e-13 * loss)
      let differences = transformer.parameters.indices.map { k in
        let before = transformer.parameters[k]
        defer { transformer.parameters[k] = before }
        return difference {
          transformer.parameters[k] = before + $0
          return value()
        }
      }
      #expect(relativeError(tape.gradient, differences) < 1e-9)
      let inputDifferences = x.elements.indices.map { k in
        let before = x.elements[k]
        defer { x.elements[k] = before }
        return difference {
          x.elements[k] = before + $0
          return value()
        }
      }
      #expect(relativeError(tape.inputGradient.elements, inputDifferences) < 1e-9)
    }

    @Test func singlePrecisionMatchesDouble() {
      let shape = TransformerArchitecture(dimension: 64, blocks: 2)
      let exact = perturbed(shape, seed: 3)
      let single = Transformer<Float>(shape, parameters: exact.parameters.map(Float.init))
      let x = RandomStream(seed: 4).normals(rows: 11, columns: 64).inSinglePrecision
      let y = RandomStream(seed: 5).normals(rows: 11, columns: 64).inSinglePrecision
      var tape = TransformerTape<Float>(shape, batch: 11)
      var twin = TransformerTape<Double>(shape, batch: 11)
      let loss = tape.squaredError(single, x, target: y)
      let expected = twin.squaredError(
        single.inDoublePrecision, x.inDoublePrecision, target: y.inDoublePrecision)
      #expect(abs(loss - expected) < 1e-5 * expected)
      #expect(relativeError(tape.output.elements.map(Double.init), twin.output.elements) < 1e-5)
      #expect(relativeError(tape.gradient.map(Double.init), twin.gradient) < 1e-5)
      #expect(
        relativeError(tape.inputGradient.elements.map(Double.init), twin.inputGradient.elements)
          < 1e-5)
      #expect(tape.output == single(x))
    }

    @Test(arguments: [1, 7, 8, 9, 450]) func batchesAreSumsOfTheirSamples(batch: Int) {
      let shape = Self.shapes[4]
      let transformer = perturbed(shape, seed: 8)
      let x = RandomStream(seed: 9).normals(rows: batch, columns: 7)
      let upstream = RandomStream(seed: 10).normals(rows: batch, columns: 7)
      var whole = TransformerTape<Double>(shape, batch: batch)
      whole.backward(transformer, x, outputGradient: upstream)
      var sum = [Double](repeating: 0, count: transformer.parameterCount)
      var single = TransformerTape<Double>(shape, batch: 1)
      let (output, inputGradient) = (whole.output, whole.inputGradient)
      for i in 0..<batch {
        single.backward(
          transformer, Matrix([Array(x[row: i])]), outputGradient: Matrix([Array(upstream[row: i])])
        )
        #expect(relativeError(Array(output[row: i]), single.output.elements) < 1e-12)
        #expect(relativeError(Array(inputGradient[row: i]), single.inputGradient.elements) < 1e-12)
        for (k, g) in single.gradient.enumerated() { sum[k] += g }
      }
      #expect(relativeError(whole.gradient, sum) < 1e-11)
    }

    @Test func tokensAreNotInterchangeable() {
      let shape = Self.shapes[2]
      let transformer = perturbed(shape, seed: 2)
      let y = transformer(Matrix([[1, 2, 3, 4]]))
      let z = transformer(Matrix([[2, 1, 3, 4]]))
      #expect(abs(y[0, 0] - z[0, 1]) > 1e-3)
      #expect(abs(y[0, 3] - z[0, 3]) > 1e-6)
    }

    @Test func startIsTheReleasedCodes() {
      let shape = TransformerArchitecture(dimension: 64, blocks: 4)
      // 64·128 + 2·128 + 4 (4·128 + 12·128² + (3 + 1 + 4 + 1)·128) + 129.
      #expect(shape.parameterCount == 801_665)
      let transformer = Transformer<Float>(shape, random: RandomStream(seed: 1))
      let p = transformer.parameters
      let positions = p[..<8192].reduce(0.0) { $0 + Double($1 * $1) } / 8192
      #expect(abs(positions.squareRoot() - 0.02) < 0.001)
      let projection = p[(8192 + 512)..<(8192 + 512 + 3 * 128 * 128)]
      let bound = Float(6.0 / 512).squareRoot()
      #expect(projection.allSatisfy { abs($0) <= bound })
      #expect(
        projection.contains { $0 > 0.99 * bound } && projection.contains { $0 < -0.99 * bound })
      #expect(p[(8192 + 256)..<(8192 + 384)].allSatisfy { $0 == 1 })
      #expect(p[801_664] == 0)
      let shallow = Transformer<Float>(
        TransformerArchitecture(dimension: 64, blocks: 1), random: RandomStream(seed: 1))
      let common = shallow.parameterCount - 129
      #expect(p[..<common] == shallow.parameters[..<common])
    }
  }
}
