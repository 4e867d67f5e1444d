import Arrays
import Formats
import Foundation
import Networks
import Testing

extension NetworksTests {
  /// One student of `Fixtures/students.json`, written by `students.py` with PyTorch.
  struct StudentFixture {
    let network: Architecture
    /// T and β of each block; nil for a perceptron.
    let composition: (time: Double, betas: [Double])?
    let batch: Int
    let counts: [Int]
    let parameters: [Float]
    let x: Matrix<Float>
    let target: Matrix<Float>
    let output: [Double]
    let loss: Double
    let gradient: [Double]
    let inputGradient: [Double]

    init(_ name: String) throws {
      let url = try #require(
        Bundle.module.url(forResource: "students", withExtension: "json", subdirectory: "Fixtures"))
      var file = try JSONReader(contentsOf: url.path)
      var reader = try file.object(name)
      let (d, width) = (try reader.integer("dimension"), try reader.integer("width"))
      let activations = try reader.strings("activations").map {
        try #require(Activation(rawValue: $0))
      }
      network = .mlp(
        dimensions: [d] + activations.map { _ in width } + [d], activations: activations)
      composition =
        reader.has("time") ? (try reader.number("time"), try reader.numbers("betas")) : nil
      batch = try reader.integer("batch")
      counts = try reader.integers("counts")
      parameters = try reader.numbers("parameters").map(Float.init)
      x = Matrix(rows: batch, columns: d, elements: try reader.numbers("input").map(Float.init))
      target = Matrix(
        rows: batch, columns: d, elements: try reader.numbers("target").map(Float.init))
      output = try reader.numbers("output")
      loss = try reader.number("loss")
      gradient = try reader.numbers("gradient")
      inputGradient = try reader.numbers("inputGradient")
      try reader.finish()
    }

    /// The composition's shape: x + α v(x) with v(x) = −β (x + s(x)), α = −T/n.
    var compositionArchitecture: ResidualCompositionArchitecture? {
      composition.map { time, betas in
        ResidualCompositionArchitecture(
          network: network,
          blocks: betas.map {
            let factor = time / Double(betas.count) * $0
            return .init(stateFactor: 1 + factor, networkFactor: factor)
          })
      }
    }

    /// Compares what a tape computed with PyTorch's numbers, each tensor for itself.
    func expect(
      _ computed: [Double], loss: Double, output: [Double], inputGradient: [Double],
      within tolerance: Double
    ) {
      #expect(relativeError([loss], [self.loss]) < tolerance)
      #expect(relativeError(output, self.output) < tolerance)
      #expect(relativeError(inputGradient, self.inputGradient) < tolerance)
      var start = 0
      for count in counts {
        let tensor = start..<start + count
        #expect(
          relativeError(Array(computed[tensor]), Array(gradient[tensor])) < tolerance,
          "parameters \(tensor)")
        start += count
      }
      #expect(start == computed.count && start == gradient.count)
    }
  }

  @Suite struct StudentFixtureTests {
    @Test(arguments: ["relu", "requ"]) func perceptronMatchesPyTorch(name: String) throws {
      let fixture = try StudentFixture(name)
      let network = Network(fixture.network, parameters: fixture.parameters)
      var tape = Tape(fixture.network, batch: fixture.batch)
      let loss = tape.squaredError(network, fixture.x, target: fixture.target, toInput: true)
      fixture.expect(
        tape.gradient.map(Double.init), loss: loss, output: tape.output.inDoublePrecision.elements,
        inputGradient: tape.inputGradient.inDoublePrecision.elements, within: 1e-5)
      let exact = network(fixture.x.inDoublePrecision).elements
      #expect(relativeError(exact, fixture.output) < 1e-13)

      let twin = NaiveNetwork(network)
      let (x, target) = (fixture.x.inDoublePrecision, fixture.target.inDoublePrecision)
      let (gradient, inputGradient) = twin.gradient(x, target)
      fixture.expect(
        gradient, loss: twin.loss(x, target), output: exact, inputGradient: inputGradient.elements,
        within: 1e-12)
    }

    @Test func compositionMatchesPyTorch() throws {
      let fixture = try StudentFixture("composition")
      let shape = try #require(fixture.compositionArchitecture)
      let network = ResidualComposition(shape, parameters: fixture.parameters)
      var tape = ResidualCompositionTape(shape, batch: fixture.batch)
      let loss = tape.squaredError(network, fixture.x, target: fixture.target)
      fixture.expect(
        tape.gradient.map(Double.init), loss: loss, output: tape.output.inDoublePrecision.elements,
        inputGradient: tape.inputGradient.inDoublePrecision.elements, within: 1e-5)
      let exact = network(fixture.x.inDoublePrecision).elements
      #expect(relativeError(exact, fixture.output) < 1e-13)

      let twin = NaiveComposition(network)
      let (x, target) = (fixture.x.inDoublePrecision, fixture.target.inDoublePrecision)
      let (gradient, inputGradient) = twin.gradient(x, target)
      fixture.expect(
        gradient, loss: twin.loss(x, target), output: exact, inputGradient: inputGradient.elements,
        within: 1e-12)
    }
  }
}
