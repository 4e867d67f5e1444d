import Arrays
import Construction
import Mixtures
import Networks
import RealModule
import Stability
import Testing

@Suite struct SizeGrowthTests {
  /// The slope is the covariance over the variance, and a straight line is found as it is.
  @Test(arguments: 1...5) func slopeIsThatOfLeastSquares(seed: UInt64) throws {
    let values = RandomStream(seed: seed).uniforms(16)
    let halvings = (0..<8).map { 30 * values[$0] }
    let tolerances = halvings.map { Double.exp2(-$0) }
    let sizes = (0..<8).map { 20 * values[8 + $0] }
    let growth = try #require(SizeGrowth(tolerances: tolerances, sizes: sizes))
    let (x, y) = (halvings.reduce(0, +) / 8, sizes.reduce(0, +) / 8)
    let slope =
      zip(halvings, sizes).reduce(0) { $0 + ($1.0 - x) * ($1.1 - y) }
      / halvings.reduce(0) { $0 + ($1 - x) * ($1 - x) }
    #expect(abs(growth.perHalving - slope) < 1e-10)
    #expect(abs(growth.atOne - (y - slope * x)) < 1e-9)
    let distances = zip(halvings, sizes).map { abs(y + slope * ($0 - x) - $1) }
    #expect(abs(growth.largestDeviation - (distances.max() ?? 0)) < 1e-9)
    #expect(abs(growth.size(at: tolerances[3]) - (y + slope * (halvings[3] - x))) < 1e-9)
  }

  @Test func twoTolerancesAreTooFew() {
    #expect(SizeGrowth(tolerances: [0.1, 0.01], sizes: [1, 2]) == nil)
    #expect(
      SizeGrowth(tolerances: [0.5, 0.25, 0.125], sizes: [1, 3, 5])?.largestDeviation ?? 1 < 1e-12)
  }

  /// Standard errors against the jackknife, which for the mean itself is the same number.
  @Test(arguments: [ErrorNorm.l1, .l2, .l4]) func standardErrorsAgreeWithTheJackknife(
    norm: ErrorNorm
  ) throws {
    let mixture = try GaussianMixture(
      weights: [0.5, 0.5], means: Matrix(rows: 2, columns: 1, elements: [-1, 1]),
      covariances: .spherical([0.3, 0.3]))
    let marginal = Marginal(mixture, alpha: 1, sigmaSquared: 0.1)
    let network = try ConstructedScore(marginal, tolerance: 1e-3).network
    let measured = MeasuredError(
      network, marginal, samples: 3000, random: RandomStream(seed: 2))
    let power = try #require(norm.power)
    let powers = measured.nearErrors.map { Double.pow($0, power) }
    let (sum, n) = (powers.reduce(0, +), 3000.0)
    let without = powers.map { Double.pow((sum - $0) / (n - 1), 1 / power) }
    let mean = without.reduce(0, +) / n
    let jackknife = ((n - 1) / n * without.reduce(0) { $0 + ($1 - mean) * ($1 - mean) })
      .squareRoot()
    let estimate = try #require(measured.estimate(norm))
    #expect(estimate.value == measured.error(norm))
    #expect(abs(estimate.standardError / jackknife - 1) < (norm == .l1 ? 1e-6 : 0.05))
    #expect(measured.estimate(.uniform) == nil)
  }
}
