import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import TestSupport
import Testing

/// ℓ in the plane, from differences of the score and the eigenvalues of a 2×2 matrix.
private func parting(
  _ mixture: GaussianMixture, _ x: [Double], _ level: Double
) -> Double {
  let marginal = Marginal(mixture, alpha: 1, sigmaSquared: level * level)
  let (d, h) = (mixture.dimension, 1e-4)
  var form = [[Double]](repeating: [], count: d)
  for a in 0..<d {
    var (up, down) = (x, x)
    (up[a], down[a]) = (x[a] + h, x[a] - h)
    let (above, below) = (marginal.score(Matrix([up])), marginal.score(Matrix([down])))
    form[a] = (0..<d).map { (above[0, $0] - below[0, $0]) / (2 * h) }
  }
  // Cov(X_0) from the definition, and its inverse by Cramer's rule.
  let mean = (0..<d).map { a in
    (0..<mixture.componentCount).reduce(0.0) { $0 + mixture.weights[$1] * mixture.means[$1, a] }
  }
  var covariance = Matrix<Double>(rows: d, columns: d)
  for k in 0..<mixture.componentCount {
    for a in 0..<d {
      for b in 0..<d {
        covariance[a, b] +=
          mixture.weights[k]
          * (mixture.covariance(k)[a, b]
            + (mixture.means[k, a] - mean[a]) * (mixture.means[k, b] - mean[b]))
      }
    }
  }
  let square = level * level
  let spread = (covariance[0, 0] + covariance[1, 1]) / 2
  let (p, q, r) = (covariance[0, 0] + square, covariance[0, 1], covariance[1, 1] + square)
  let determinant = p * r - q * q
  let m = (
    form[0][0] + r / determinant, form[0][1] - q / determinant, form[1][1] + p / determinant
  )
  let middle = 0.5 * (m.0 + m.2)
  let largest = middle + (0.25 * (m.0 - m.2) * (m.0 - m.2) + m.1 * m.1).squareRoot()
  return max(0, (spread + square) * largest)
}

/// Against differences of the score, for the covariances that are measured whole.
@Test(arguments: [0.05, 0.4, 2.0]) func partingIsADifferenceOfScores(_ level: Double) throws {
  let mixtures = [
    try GaussianMixture(
      weights: [0.2, 0.5, 0.3], means: Matrix([[-1, 0.5], [2, 0], [0, -1.5]]),
      covariances: .spherical([0.2, 0.1, 0.4])),
    try GaussianMixture(
      weights: [0.4, 0.6], means: Matrix([[-1, 0.5], [1, 0]]),
      covariances: .full([
        Matrix([[0.3, 0.1], [0.1, 0.2]]), Matrix([[0.1, -0.05], [-0.05, 0.4]]),
      ])),
  ]
  for mixture in mixtures {
    let flow = ProbabilityFlow(mixture, try OrnsteinUhlenbeck())
    let stream = RandomStream(seed: 3)
    let found = PartingRates(flow).draws(40, level: level, from: stream)
    let x = Marginal(mixture, alpha: 1, sigmaSquared: level * level).sample(40, from: stream)
    for i in 0..<40 {
      let expected = parting(mixture, Array(x[row: i]), level)
      #expect(abs(found[i] - expected) < 1e-4 * (1 + expected), "\(found[i]) for \(expected)")
    }
  }
}

/// Half way between two equal modes ℓ is (a/s)⁴, and nowhere more; many draws come close.
@Test func partingIsLargestHalfWay() throws {
  let (a, variance, level) = (1.0, 0.2, 0.3)
  // In three dimensions along (2, −1, 2)/3: the span of the means is a line.
  let mixture = try GaussianMixture(
    weights: [0.5, 0.5],
    means: Matrix([[5 + 2 / 3.0, -1 / 3.0, 2 / 3.0], [5 - 2 / 3.0, 1 / 3.0, -2 / 3.0]]),
    covariances: .spherical([variance, variance]))
  let rates = PartingRates(ProbabilityFlow(mixture, try OrnsteinUhlenbeck()))
  #expect(rates.dimension == 1)
  let square = variance + level * level
  // c² is a mean over three coordinates here, not that of the line.
  let unit = (a * a / 3 + square) / (a * a + square)
  let most = unit * a * a * a * a / (square * square)
  let found = rates.draws(4000, level: level, from: RandomStream(seed: 1)).max() ?? 0
  #expect(found < most * (1 + 1e-9) && found > 0.999 * most, "\(found) of \(most)")
}

@Test func gaussiansDoNotPart() throws {
  let one = try GaussianMixture(
    weights: [1], means: Matrix([[1, 2]]),
    covariances: .full([Matrix([[0.3, 0.1], [0.1, 0.2]])]))
  let same = try GaussianMixture(
    weights: [0.5, 0.5], means: Matrix([[1, 2], [1, 2]]), covariances: .spherical([0.1, 0.1]))
  for mixture in [one, same] {
    let rates = PartingRates(ProbabilityFlow(mixture, try OrnsteinUhlenbeck()))
    for level in [0, 0.1, 30] {
      let found = rates.draws(20, level: level, from: RandomStream(seed: 1))
      #expect(found.count == 20 && found.allSatisfy { $0 < 1e-12 })
    }
  }
}
