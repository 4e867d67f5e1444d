import Arrays
import Mixtures
import Schedules
import TestSupport
import Testing

@Test func theSuiteIsOfUnitOrderAndRepeatable() throws {
  let names = MixtureSuite.all.map(\.name)
  #expect(Set(names).count == names.count && names.count == 11)
  for entry in MixtureSuite.all {
    let mixture = try entry.mixture()
    #expect(mixture == (try MixtureSuite.named(entry.name)?.mixture()), "\(entry.name)")
    #expect(!entry.summary.isEmpty)
    // The size of a coordinate: noise levels from 80 down and variance-preserving processes both fit.
    let size = (mixture.secondMoment / Double(mixture.dimension)).squareRoot()
    #expect((0.1...4).contains(size), "\(entry.name): \(size)")
  }
  #expect(MixtureSuite.named("nonsense") == nil)
  #expect(try MixtureSuite.named("paper")?.mixture() == .paper(seed: 0))
}

/// In base 3, the points of Cantor's set have digits 0 and 2 only.
@Test func cantorsModesAreWhereTheirDigitsSay() throws {
  let mixture = try #require(try MixtureSuite.named("cantor-8")?.mixture())
  let places = (0..<8).map { i in
    let digits = [i / 4 % 2, i / 2 % 2, i % 2].map { 2 * Double($0) }
    let left = digits[0] / 3 + digits[1] / 9 + digits[2] / 27
    return 2 * (left + 1.0 / 54) - 1
  }
  #expect(largestDifference(mixture.means.elements, places) < 1e-15)
}

/// Pixels are in range, and their means those of the data.
@Test func theDigitsAreDigits() throws {
  let mixture = try #require(try MixtureSuite.named("digits")?.mixture())
  #expect(mixture.means.rows == 20 && mixture.means.columns == 64)
  #expect(mixture.means.elements.allSatisfy { abs($0) <= 1 })
  let mean = (0..<64).map { a in
    (0..<20).reduce(0) { $0 + mixture.weights[$1] * mixture.means[$1, a] }
  }
  // The data's own means of these two pixels, rescaled.
  #expect(abs(mean[0] + 1) < 0.04)
  #expect(abs(mean[19] - (-0.1259)) < 0.04)
}

/// The Gaussians of a branch lie on a line, along which they are longest, and weigh as its length.
@Test func theTreesGaussiansLieAlongItsBranches() throws {
  let mixture = try #require(try MixtureSuite.named("tree")?.mixture())
  #expect(mixture.componentCount == 45)
  for branch in 0..<15 {
    let means = (0..<3).map { Array(mixture.means[row: 3 * branch + $0]) }
    let along = [means[2][0] - means[0][0], means[2][1] - means[0][1]]
    let half = [means[1][0] - means[0][0], means[1][1] - means[0][1]]
    let length = 1.5 * norm(along)
    #expect(largestDifference(along, half.map { 2 * $0 }) < 1e-15)
    for k in 3 * branch..<3 * branch + 3 {
      let covariance = mixture.covariance(k)
      let product = (0..<2).map { covariance[$0, 0] * along[0] + covariance[$0, 1] * along[1] }
      #expect(largestDifference(product, along.map { $0 * length * length / 36 }) < 1e-15)
      let determinant =
        covariance[0, 0] * covariance[1, 1] - covariance[0, 1] * covariance[1, 0]
      #expect(agrees(determinant, .pow4(length) / 36 / 625, relative: 1e-10))
      #expect(agrees(mixture.weights[k] / mixture.weights[0], length / 0.9, relative: 1e-12))
    }
  }
}

extension Double {
  fileprivate static func pow4(_ x: Double) -> Double { x * x * x * x }
}
