import Arrays
import Foundation
import RealModule
import Schedules
import Stability
import TestSupport
import Testing

/// What SciPy computes, by Fixtures/distances.py.
private struct Reference: Decodable {
  struct Case: Decodable { let x, y: [Double], w2_squared, energy: Double }
  let line: [Case]

  static func load() throws -> Reference {
    let url = try #require(
      Bundle.module.url(
        forResource: "distances", withExtension: "json", subdirectory: "Fixtures"))
    return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
  }
}

private func column(_ values: [Double]) -> Matrix<Double> {
  Matrix(rows: values.count, columns: 1, elements: values)
}

private let stream = RandomStream(seed: 44)

@Test func onTheLineTheDistancesAreSciPys() throws {
  for c in try Reference.load().line {
    let (x, y, n) = (column(c.x), column(c.y), Double(c.x.count))
    let squared = SlicedWasserstein(to: y, from: stream).squaredDistance(of: x)
    #expect(agrees(squared.value, c.w2_squared, relative: 1e-13))
    // SciPy's is the distance of the empirical laws, with the pairs (i, i) in it; ours leaves them out.
    let own = zip(c.x, c.y).reduce(0) { $0 + abs($1.0 - $1.1) }
    let expected = (n * n * c.energy - 2 * own) / (n * (n - 1))
    let value = EnergyDistance.blockValue(x, y, 0..<c.x.count)
    #expect(agrees(value, expected, relative: 1e-12, absolute: 1e-13))
  }
}

/// A shift m alone: each projection moves by ⟨θ, m⟩, and no sample matters.
@Test func aShiftIsMeasuredExactly() {
  let y = stream.substream("y").normals(rows: 50, columns: 3)
  var x = y
  let shift = [0.3, -1, 0.5]
  for i in x.elements.indices { x.elements[i] += shift[i % 3] }
  let sliced = SlicedWasserstein(to: y, directions: 9, from: stream)
  let squares = (0..<9).map { l in
    let inner = (0..<3).reduce(0.0) { $0 + sliced.directions[$1, l] * shift[$1] }
    return inner * inner
  }
  let squared = sliced.squaredDistance(of: x)
  #expect(agrees(squared.value, squares.reduce(0, +) / 9, relative: 1e-12))
  #expect(agrees(squared.standardError, SampleMean(squares).standardError, relative: 1e-9))
  let root = sliced.distance(of: x)
  #expect(agrees(root.value, squared.value.squareRoot(), relative: 1e-14))
  #expect(
    agrees(root.standardError, squared.standardError / (2 * root.value), relative: 1e-14))
  #expect(sliced.distance(of: y) == Estimate(value: 0, standardError: 0))
  #expect(EnergyDistance.estimate(y, y) == Estimate(value: 0, standardError: 0))
}

/// Values and claimed errors over many sets, of independent samples or of pairs that share their noise.
///
/// For N(m, a²I) and N(0, b²I), SW² = ‖m‖²/d + (a − b)².
@Test(arguments: [true, false]) func slicedErrorsAreWhatSetsScatter(_ paired: Bool) {
  let (a, b, shift, d, n) = (1.3, 0.8, 0.7, 4, 400)
  let truth = shift * shift / Double(d) + (a - b) * (a - b)
  let estimates = (0..<160).map { seed -> Estimate in
    let stream = stream.substream(UInt64(seed))
    let noise = stream.substream("x").normals(rows: n, columns: d)
    var (x, y) = (noise, paired ? noise : stream.substream("y").normals(rows: n, columns: d))
    for i in x.elements.indices {
      x.elements[i] = a * x.elements[i] + (i % d == 0 ? shift : 0)
      y.elements[i] *= b
    }
    return SlicedWasserstein(to: y, directions: 24, from: stream.substream("directions"))
      .squaredDistance(of: x)
  }
  let mean = SampleMean(estimates.map(\.value))
  let spread = mean.standardError * 160.0.squareRoot()
  let claimed = estimates.reduce(0) { $0 + $1.standardError } / 160
  #expect((0.8...1.25).contains(claimed / spread), "\(claimed) claimed, \(spread) seen")
  // Never below on average, and above by no more than sets of this size must have (about 2(a² + b²)/n).
  #expect(mean.deviation(from: truth) > -4)
  #expect(mean.value - truth < 4 * mean.standardError + 4 * (a * a + b * b) / Double(n))
}

/// One dimension: E|N(m, s²)| = s√(2/π) exp(−m²/2s²) + m erf(m/(s√2)).
@Test(arguments: [true, false]) func energyIsUnbiasedWithFairErrors(_ equalLaws: Bool) {
  let (shift, scale) = equalLaws ? (0.0, 1.0) : (0.4, 1.5)
  func folded(_ m: Double, _ s: Double) -> Double {
    s * (2 / Double.pi).squareRoot() * .exp(-m * m / (2 * s * s))
      + m * .erf(m / (s * 2.0.squareRoot()))
  }
  let truth =
    2 * folded(shift, (1 + scale * scale).squareRoot()) - folded(0, 2.0.squareRoot())
    - folded(0, scale * 2.0.squareRoot())
  let n = 320
  let estimates = (0..<200).map { seed -> Estimate in
    let stream = stream.substream("energy").substream(UInt64(seed))
    var x = stream.substream("x").normals(rows: n, columns: 1)
    for i in 0..<n { x.elements[i] = shift + scale * x.elements[i] }
    return EnergyDistance.estimate(x, stream.substream("y").normals(rows: n, columns: 1))
  }
  let mean = SampleMean(estimates.map(\.value))
  #expect(abs(mean.deviation(from: truth)) < 4)
  let spread = mean.standardError * 200.0.squareRoot()
  let claimed = (estimates.reduce(0) { $0 + $1.standardError * $1.standardError } / 200)
    .squareRoot()
  #expect((0.8...1.25).contains(claimed / spread), "\(claimed) claimed, \(spread) seen")
}
