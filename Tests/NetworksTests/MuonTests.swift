import Arrays
import Foundation
import Networks
import RealModule
import Testing

extension NetworksTests {
  @Suite struct MuonTests {
    private static let architecture = StudentArchitecture.perceptron(.mlp(dimensions: [4, 9, 3]))

    private func optimiser(decay: Double = 0) -> Muon {
      var settings = Muon.Settings()
      settings.vectors.weightDecay = decay
      return Muon(
        parameterCount: Self.architecture.parameterCount, matrices: Self.architecture.matrices,
        settings: settings)
    }

    @Test func matchesNumPy() throws {
      let url = try #require(
        Bundle.module.url(forResource: "muon", withExtension: "txt", subdirectory: "Fixtures"))
      let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
        $0.split(separator: " ").compactMap { Double($0) }
      }
      try #require(lines.count == 1 + 3 * 12)
      var parameters = lines[0].map(Float.init)
      var muon = optimiser(decay: 0.01)
      for step in 0..<12 {
        let gradient = lines[2 + 3 * step]
        let norm = muon.step(
          &parameters, gradient: gradient.map(Float.init),
          learningRate: Float(lines[1 + 3 * step][0])
        )
        let square = gradient.reduce(0) { $0 + $1 * $1 }
        #expect(abs(norm - square.squareRoot()) <= 1e-12 * norm)
        for (p, expected) in zip(parameters, lines[3 + 3 * step]) {
          #expect(abs(Double(p) - expected) < 2e-6)
        }
      }
    }

    /// Each step is the polynomial of its form closest to 1 on what those before it leave: Chebyshev's
    /// theorem asks for the largest distance at four points with signs in turn.
    @Test func polynomialsAlternate() {
      var (low, high) = (OrthogonalPolynomial.smallest, 1.0)
      for p in OrthogonalPolynomial.all {
        let errors = (0...200_000).map { p(low * .pow(high / low, Double($0) / 200_000)) - 1 }
        let error = errors.reduce(0) { max($0, abs($1)) }
        var signs: [Double] = []
        // In single precision the coefficients and the interval that earlier steps leave are rounded, which
        // moves the third step's extremes by 6e-5 of their size.
        for e in errors where abs(e) > 0.999_9 * error {
          if signs.last != (e < 0 ? -1 : 1) { signs.append(e < 0 ? -1 : 1) }
        }
        #expect(signs == [-1, 1, -1, 1])
        (low, high) = (1 - error, 1 + error)
      }
      #expect(high - 1 < OrthogonalPolynomial.error && high - 1 > OrthogonalPolynomial.error - 1e-3)
    }

    /// A step's change of a matrix has all singular values near the rate, whatever the gradient's are.
    @Test(arguments: [(32, 32), (20, 50), (60, 16), (300, 260)])
    func everyDirectionMovesAlike(rows: Int, columns: Int) throws {
      // From .02 to 1: of the bound on the largest more than a hundredth.
      let squares = try squaredChanges(rows, columns, from: 0.02)
      let (low, high) = (1 - OrthogonalPolynomial.error, 1 + OrthogonalPolynomial.error)
      #expect(squares.allSatisfy { (low * low...high * high).contains($0) }, "\(squares)")
    }

    /// Small singular values grow, and a direction that is missing stays missing.
    @Test func smallDirectionsGrow() throws {
      let squares = try squaredChanges(40, 40, from: 1e-3)
      #expect(squares.allSatisfy { $0 > 0.05 * 0.05 })
      let single = try squaredChanges(40, 40, from: 0)
      #expect(single.filter { $0 > 1e-6 }.count == 39)
    }

    /// The squared singular values of a step's change, in units of the rate: of a gradient with
    /// singular values evenly from `smallest` to 1 between two reflections.
    private func squaredChanges(
      _ rows: Int, _ columns: Int, from smallest: Double
    ) throws -> [Double] {
      let count = rows * columns
      var diagonal = Matrix<Double>(rows: rows, columns: columns)
      let small = min(rows, columns)
      for i in 0..<small {
        diagonal[i, i] = smallest + (1 - smallest) * Double(i) / Double(small - 1)
      }
      let gradient = Gemm.product(
        Gemm.product(reflection(rows, seed: 5), diagonal), reflection(columns, seed: 6))
      var muon = Muon(
        parameterCount: count, matrices: [MatrixPlace(0..<count, rows: rows, columns: columns)])
      var parameters = [Float](repeating: 0, count: count)
      _ = muon.step(
        &parameters, gradient: gradient.elements.map { Float($0) }, learningRate: 1)
      let change = Matrix(
        rows: rows, columns: columns, elements: parameters.map { Double($0) })
      let wide = rows <= columns ? change : change.transposed
      let shape = max(1, Double(rows) / Double(columns))
      return try #require(SymmetricEigen.values(Gemm.product(wide, transposed: wide))).map {
        $0 / shape
      }
    }

    /// I − 2vvᵀ/‖v‖² for a random v.
    private func reflection(_ n: Int, seed: UInt64) -> Matrix<Double> {
      let v = RandomStream(seed: seed).normals(rows: 1, columns: n).elements
      let square = v.reduce(0) { $0 + $1 * $1 }
      var result = Matrix<Double>.identity(n)
      for i in 0..<n {
        for j in 0..<n { result[i, j] -= 2 * v[i] * v[j] / square }
      }
      return result
    }

    @Test func stateRoundTripsAndThreadsChangeNothing() {
      func run(threads: Int, reloading: Bool) -> [Float] {
        let before = Parallel.threadCount
        defer { Parallel.threadCount = before }
        Parallel.threadCount = threads
        let stream = RandomStream(seed: 9)
        var network = StudentNetwork(
          .perceptron(.mlp(dimensions: [40, 300, 300, 7])), random: stream)
        let matrices = network.architecture.matrices
        var muon = Muon(parameterCount: network.parameterCount, matrices: matrices)
        for step in 0..<4 {
          if reloading {
            var other = Muon(parameterCount: network.parameterCount, matrices: matrices)
            other.firstMoment = muon.firstMoment
            other.secondMoment = muon.secondMoment
            other.stepCount = muon.stepCount
            muon = other
          }
          let gradient = stream.substream(UInt64(step))
            .normals(rows: 1, columns: network.parameterCount).elements
          _ = muon.step(
            &network.parameters, gradient: gradient.map { Float($0) }, learningRate: 0.1)
        }
        return network.parameters
      }
      let whole = run(threads: 1, reloading: false)
      #expect(run(threads: 1, reloading: true) == whole)
      #expect(run(threads: 3, reloading: false) == whole)
    }

    @Test func nonFiniteGradientChangesNothing() {
      var muon = optimiser()
      let before = muon
      var parameters = [Float](repeating: 1, count: Self.architecture.parameterCount)
      var gradient = parameters
      gradient[3] = .infinity
      #expect(!muon.step(&parameters, gradient: gradient, learningRate: 0.1).isFinite)
      #expect(parameters.allSatisfy { $0 == 1 })
      #expect(muon == before)
    }

    /// Neither tiny gradients nor none at all make numbers that are none.
    @Test(arguments: [0, .leastNonzeroMagnitude, 1e-30, 1e30] as [Float]) func anySize(size: Float)
    {
      var muon = optimiser()
      let count = Self.architecture.parameterCount
      var parameters = [Float](repeating: 1, count: count)
      let gradient = KernelTests.numbers(count, 3).map { size * $0 }
      _ = muon.step(&parameters, gradient: gradient, learningRate: 0.1)
      #expect(parameters.allSatisfy { $0.isFinite })
      if size == 0 { #expect(parameters.allSatisfy { $0 == 1 }) }
    }

    /// The matrices of every kind of network: disjoint, in order, and all weights but vectors.
    @Test func matricesOfAllKinds() {
      let block = ResidualCompositionArchitecture.Block(stateFactor: 1, networkFactor: 0.5)
      let inner = Architecture.mlp(dimensions: [4, 9, 4])
      let composition = StudentArchitecture.composition(
        ResidualCompositionArchitecture(network: inner, blocks: [block, block]))
      #expect(composition.matrices.reduce(0) { $0 + $1.range.count } == 2 * 2 * 36)
      let transformer = StudentArchitecture.transformer(
        TransformerArchitecture(dimension: 5, blocks: 2, width: 8, heads: 2))
      #expect(transformer.matrices.reduce(0) { $0 + $1.range.count } == 2 * 12 * 64)
      for architecture in [composition, transformer] {
        let places = architecture.matrices.map(\.range)
        #expect(zip(places, places.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound })
        #expect(places.allSatisfy { $0.upperBound <= architecture.parameterCount })
      }
    }
  }
}
