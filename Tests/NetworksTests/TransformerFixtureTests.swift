import Arrays
import Formats
import Foundation
import Networks
import Testing

extension NetworksTests {
  /// `Fixtures/transformer.json`, written by `transformer.py` with PyTorch.
  struct TransformerFixture {
    let architecture: TransformerArchitecture
    let batch: Int
    let counts: [Int]
    let parameters: [Double]
    let input: [Double]
    let output: [Double]
    let outputGradient: [Double]
    let gradient: [Double]
    let inputGradient: [Double]

    init() throws {
      let url = try #require(
        Bundle.module.url(
          forResource: "transformer", withExtension: "json", subdirectory: "Fixtures")
      )
      var reader = try JSONReader(contentsOf: url.path)
      architecture = TransformerArchitecture(
        dimension: try reader.integer("dimension"), blocks: try reader.integer("blocks"),
        width: try reader.integer("width"), heads: try reader.integer("heads"),
        feedForwardFactor: try reader.integer("feedForwardFactor"))
      batch = try reader.integer("batch")
      counts = try reader.integers("counts")
      parameters = try reader.numbers("parameters")
      input = try reader.numbers("input")
      output = try reader.numbers("output")
      outputGradient = try reader.numbers("outputGradient")
      gradient = try reader.numbers("gradient")
      inputGradient = try reader.numbers("inputGradient")
    }

    /// A batch in either precision.
    func matrix<Scalar>(_ elements: [Double]) -> Matrix<Scalar> {
      Matrix(rows: batch, columns: architecture.dimension, elements: elements.map { Scalar($0) })
    }

    /// Compares a precision's values and gradients with PyTorch's, each tensor for itself.
    func expect<Scalar: TransformerScalar>(_ type: Scalar.Type, within tolerance: Double) {
      let transformer = Transformer<Scalar>(
        architecture, parameters: parameters.map { Scalar($0) })
      let x: Matrix<Scalar> = matrix(input)
      var tape = TransformerTape<Scalar>(architecture, batch: batch)
      tape.backward(transformer, x, outputGradient: matrix(outputGradient))
      #expect(relativeError(transformer(x).elements.map(Double.init), output) < tolerance)
      #expect(relativeError(tape.output.elements.map(Double.init), output) < tolerance)
      #expect(
        relativeError(tape.inputGradient.elements.map(Double.init), inputGradient) < tolerance)
      let computed = tape.gradient.map(Double.init)
      var start = 0
      for count in counts {
        let tensor = start..<start + count
        #expect(
          relativeError(Array(computed[tensor]), Array(gradient[tensor])) < tolerance,
          "parameters \(tensor)")
        start += count
      }
      #expect(start == computed.count)
    }
  }

  @Suite struct TransformerFixtureTests {
    @Test func singlePrecisionMatchesPyTorch() throws {
      try TransformerFixture().expect(Float.self, within: 1e-5)
    }

    @Test func doublePrecisionMatchesPyTorch() throws {
      try TransformerFixture().expect(Double.self, within: 1e-12)
    }
  }
}
