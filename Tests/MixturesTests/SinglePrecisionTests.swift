import Arrays
import Mixtures
import RealModule
import TestSupport
import Testing

/// A mixture of K spheres of variance 1 whose means, exact in float32, are about `separation` apart.
private func spheres(_ k: Int, _ d: Int, separation: Double) throws -> GaussianMixture {
  var means = RandomStream(seed: UInt64(k * d)).normals(rows: k, columns: d)
  for i in means.elements.indices {
    means.elements[i] = Double(
      Float(means.elements[i] * separation / Double(2 * d).squareRoot()))
  }
  let weights = (0..<k).map { Double(1 + $0 % 3) }
  let sum = weights.reduce(0, +)
  return try GaussianMixture(
    weights: weights.map { $0 / sum }, means: means,
    covariances: .spherical([Double](repeating: 1, count: k)))
}

/// Products and differences agree with a plain evaluation, however far apart the modes are.
@Test(arguments: [0.5, 3, 10, 40, 1e3, 1e6], [(1, 3), (5, 1), (7, 33), (20, 64), (33, 10)])
func sharedSpheresAgreeWithThePlainEvaluation(separation: Double, size: (Int, Int)) throws {
  let (k, d) = size
  let mixture = try spheres(k, d, separation: separation)
  let (alpha, sigmaSquared) = (0.75, 0.4375)
  let marginal = Marginal(mixture, alpha: alpha, sigmaSquared: sigmaSquared)
  let twin = NaiveMarginal(mixture, alpha: alpha, sigmaSquared: sigmaSquared)
  let x = marginal.sample(19, from: RandomStream(seed: 5))
  let (score, gamma, density) = (
    marginal.score(x), marginal.responsibilities(x), marginal.logDensity(x)
  )
  let single = marginal.score(x.mapped { Float($0) })
  let narrowed = marginal.score(x.mapped { Double(Float($0)) })
  for i in 0..<x.rows {
    let (wanted, parts) = (twin.score(Array(x[row: i])), twin.evaluate(Array(x[row: i])))
    let size = norm(wanted[...]) + Double(d).squareRoot()
    // α has two digits, so that α μ is exact in the twin too.
    #expect(distance(score[row: i], wanted) < 1e-13 * size)
    #expect(agrees(density[i], parts.logDensity, relative: 1e-12, absolute: 1e-12))
    for j in 0..<k { #expect(abs(gamma[i, j] - parts.responsibilities[j]) < 1e-12) }
    #expect(distance(single[row: i].map(Double.init)[...], Array(narrowed[row: i])) < 3e-5 * size)
  }
}

/// A row's bits do not depend on the rows beside it.
@Test(arguments: [1.0, 12, 1e5]) func rowsStandAlone(separation: Double) throws {
  let marginal = Marginal(
    try spheres(21, 37, separation: separation), alpha: 0.9, sigmaSquared: 0.19)
  let x = marginal.sample(101, from: RandomStream(seed: 1))
  let (score, posterior, gamma) = (
    marginal.score(x), marginal.posteriorMean(x), marginal.responsibilities(x)
  )
  let single = marginal.score(x.mapped { Float($0) })
  for i in [0, 5, 6, 47, 48, 95, 96, 100] {
    let row = x.rowBlock(i..<i + 1)
    #expect(marginal.score(row).elements == Array(score[row: i]))
    #expect(marginal.posteriorMean(row).elements == Array(posterior[row: i]))
    #expect(marginal.responsibilities(row).elements == Array(gamma[row: i]))
    #expect(marginal.score(row.mapped { Float($0) }).elements == Array(single[row: i]))
  }
}

/// Results too large for the caches, which are written past them, have the bits of small ones.
@Test(arguments: [(1.0, 0.0), (1e5, 0), (1, 1e3)], [3, 37, 64])
func largeResultsHaveTheBitsOfSmallOnes(place: (separation: Double, shift: Double), d: Int) throws {
  let near = try spheres(7, d, separation: place.separation)
  let mixture = try GaussianMixture(
    weights: near.weights, means: near.means.mapped { $0 + place.shift },
    covariances: .spherical([Double](repeating: 1, count: 7)))
  let marginal = Marginal(mixture, alpha: 0.9, sigmaSquared: 0.19)
  // 4 Mi and some numbers, 16 MiB in float32, and a last block that is no whole one.
  let n = (1 << 22) / d + 77
  let part = marginal.sample(1009, from: RandomStream(seed: 1))
  let x = part.gatheringRows((0..<n).map { $0 % 1009 })
  let (large, small) = (marginal.score(x), marginal.score(part))
  let (largeSingle, smallSingle) = (
    marginal.score(x.mapped { Float($0) }), marginal.score(part.mapped { Float($0) })
  )
  #expect((0..<n).allSatisfy { large[row: $0] == small[row: $0 % 1009] })
  #expect((0..<n).allSatisfy { largeSingle[row: $0] == smallSingle[row: $0 % 1009] })
}

/// A state that is no number spoils its own row alone.
@Test(arguments: [Double.nan, .infinity]) func badStatesStayAlone(value: Double) throws {
  let marginal = Marginal(try spheres(9, 8, separation: 2), alpha: 0.9, sigmaSquared: 0.19)
  var x = marginal.sample(13, from: RandomStream(seed: 1))
  let (before, single) = (marginal.score(x), marginal.score(x.mapped { Float($0) }))
  x[7, 3] = value
  let (after, singleAfter) = (marginal.score(x), marginal.score(x.mapped { Float($0) }))
  for i in 0..<13 {
    if i == 7 {
      #expect(after[row: i].contains { !$0.isFinite })
      #expect(singleAfter[row: i].contains { !$0.isFinite })
    } else {
      #expect(after[row: i] == before[row: i] && singleAfter[row: i] == single[row: i])
    }
  }
}

/// Other covariances go through float64.
@Test(arguments: CovarianceType.allCases) func singlePrecisionOfEveryType(_ type: CovarianceType)
  throws
{
  let c = try RandomCase(3, type)
  let marginal = Marginal(c.mixture, c.process, at: 0.4 * c.process.horizon)
  let x = c.sample(5, at: 0.4 * c.process.horizon).mapped { Double(Float($0)) }
  let (wanted, found) = (marginal.score(x), marginal.score(x.mapped { Float($0) }))
  for i in 0..<5 {
    let size = 1 + norm(wanted[row: i])
    #expect(distance(found[row: i].map(Double.init)[...], Array(wanted[row: i])) < 3e-5 * size)
  }
}

/// Variances beyond the range of float32's squares.
@Test func singlePrecisionOfTinyVariances() throws {
  let v = 1e-50
  let mixture = try GaussianMixture(
    weights: [0.5, 0.5], means: Matrix([[0, 0], [3e-25, 0]]), covariances: .spherical([v, v]))
  let marginal = Marginal(mixture, alpha: 1, sigmaSquared: 0)
  let x = Matrix<Double>([[1e-25, 2e-25], [1.4e-25, -1e-25]]).mapped { Double(Float($0)) }
  let (wanted, found) = (marginal.score(x), marginal.score(x.mapped { Float($0) }))
  for (a, b) in zip(found.elements, wanted.elements) {
    #expect(agrees(Double(a), b, relative: 1e-6))
  }
}

extension Matrix {
  fileprivate func mapped<T>(_ f: (Element) -> T) -> Matrix<T> {
    Matrix<T>(rows: rows, columns: columns, elements: elements.map(f))
  }
}
