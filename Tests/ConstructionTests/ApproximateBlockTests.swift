import Arrays
import Construction
import Networks
import RealModule
import Testing

@Suite struct ApproximateBlockTests {
  /// Values at 4,001 points against the system's exponential: within the certificate, which is not
  /// hollow.
  @Test(arguments: [1e-1, 1e-3, 1e-6, 1e-9, 1e-12]) func exponential(tolerance: Double) throws {
    for end in [0.5, 5, 40] {
      var builder = NetworkBuilder(inputs: 1)
      let block = try builder.exponential(
        minus: builder.input(0, in: 0...end), tolerance: tolerance)
      let network = builder.network(outputs: [block.signal])
      let x = Matrix(rows: 4001, columns: 1, elements: (0...4000).map { Double($0) * end / 4000 })
      let y = network(x)
      let worst = (0..<x.rows).reduce(0) { max($0, abs(y[$1, 0] - .exp(-x[$1, 0]))) }
      #expect(block.error <= tolerance)
      // Evaluation in float64 adds some roundings, doubled by each squaring.
      #expect(worst <= block.error + 1e-13)
      #expect(worst >= block.error / 50 || block.error < 1e-12)
    }
  }

  @Test(arguments: [1e-1, 1e-4, 1e-8, 1e-11]) func reciprocal(tolerance: Double) throws {
    for (low, high) in [(1.0, 2.0), (1, 20), (0.01, 1), (3, 300)] {
      var builder = NetworkBuilder(inputs: 1)
      let block = try builder.reciprocal(
        of: builder.input(0, in: low...high), tolerance: tolerance / low)
      let network = builder.network(outputs: [block.signal])
      let x = Matrix(
        rows: 2001, columns: 1,
        elements: (0...2000).map { low * .pow(high / low, Double($0) / 2000) })
      let y = network(x)
      let worst = (0..<x.rows).reduce(0) { max($0, abs(y[$1, 0] - 1 / x[$1, 0])) }
      #expect(block.error <= tolerance / low)
      #expect(worst <= block.error + 1e-12 / low)
    }
  }

  @Test func tooFineIsRefused() {
    var builder = NetworkBuilder(inputs: 1)
    #expect(throws: ConstructionError.tooFine(tolerance: 1e-30)) {
      try builder.exponential(minus: builder.input(0, in: 0...5), tolerance: 1e-30)
    }
  }
}
