import Arrays
import Mixtures
import TestSupport
import Testing

/// The score's rate against central differences of the score itself, for states, α and σ² that all move.
@Test(arguments: CovarianceType.allCases)
func theScoreRateIsTheDerivativeOfTheScore(_ type: CovarianceType) throws {
  for seed in 0..<6 {
    let c = try RandomCase(seed, type)
    let x = c.sample(20, at: 0.4 * c.process.horizon)
    let velocity = c.stream.substream("velocity").normals(rows: 20, columns: x.columns)
    let (alpha, sigmaSquared, alphaRate, sigmaSquaredRate) = (0.8, 0.3, -0.7, 1.1)
    func score(_ h: Double) -> Matrix<Double> {
      var moved = x
      for i in moved.elements.indices { moved.elements[i] += h * velocity.elements[i] }
      return Marginal(
        c.mixture, alpha: alpha + h * alphaRate, sigmaSquared: sigmaSquared + h * sigmaSquaredRate
      ).score(moved)
    }
    let found = Marginal(c.mixture, alpha: alpha, sigmaSquared: sigmaSquared)
      .scoreRate(
        x, velocity: velocity, alphaRate: alphaRate, sigmaSquaredRate: sigmaSquaredRate)
    // Differences of two steps, whose errors of second order cancel.
    let h = 2e-4
    let (up, down, near, far) = (score(h), score(-h), score(h / 2), score(-h / 2))
    let scale = found.elements.map(abs).max() ?? 0
    for i in found.elements.indices {
      let wide = (up.elements[i] - down.elements[i]) / (2 * h)
      let narrow = (near.elements[i] - far.elements[i]) / h
      let difference = (4 * narrow - wide) / 3
      #expect(abs(found.elements[i] - difference) < 1e-7 * (1 + scale), "seed \(seed)")
    }
  }
}

/// tr Cov(X_0|x) = (σ²/α) tr ∇E[X_0|x] (derived from Tweedie's formula).
@Test(arguments: CovarianceType.allCases)
func thePosteriorVarianceIsTheTraceOfItsJacobian(_ type: CovarianceType) throws {
  for seed in 0..<6 {
    let c = try RandomCase(seed, type)
    for t in [0.05, 0.5, 1.0].map({ $0 * c.process.horizon }) {
      let marginal = Marginal(c.mixture, c.process, at: t)
      let x = c.sample(20, at: t)
      let (spread, jacobian) = (marginal.posteriorVariance(x), marginal.posteriorMeanJacobian(x))
      let d = x.columns
      for i in 0..<x.rows {
        let trace = (0..<d).reduce(0) { $0 + jacobian[i, $1 * (d + 1)] }
        let expected = marginal.sigmaSquared / marginal.alpha * trace
        #expect(agrees(spread[i], expected, relative: 1e-9), "seed \(seed), t \(t)")
      }
    }
  }
}

/// Pure noise tells nothing: the spread is the data's own, where α = 0.
@Test func theSpreadUnderPureNoiseIsThatOfTheData() throws {
  let mixture = try RandomCase(3, .full).mixture
  let marginal = Marginal(mixture, alpha: 0, sigmaSquared: 1)
  let square = mixture.mean.reduce(0) { $0 + $1 * $1 }
  let x = Matrix(rows: 1, columns: mixture.dimension, repeating: 0.3)
  let spread = marginal.posteriorVariance(x)[0]
  #expect(agrees(spread, mixture.secondMoment - square, relative: 1e-12))
}

/// E‖D(X_t, t) − D(X_u, u)‖² = c⁴d(1/(t² + c²) − 1/(u² + c²)) for N(0, c²I) (Sabour, Fidler and Kreis, 2024,
/// appendix A.3): predictions are a martingale, so it is a difference of spreads.
@Test func spreadsOfOneGaussianDifferAsPublished() throws {
  for (c, d) in [(0.5, 3), (2.0, 1)] {
    let mixture = try GaussianMixture(
      weights: [1], means: Matrix(rows: 1, columns: d), covariances: .spherical([c * c]))
    func spread(_ t: Double) -> Double {
      Marginal(mixture, alpha: 1, sigmaSquared: t * t)
        .posteriorVariance(Matrix(rows: 1, columns: d, repeating: 0.7))[0]
    }
    for (t, u) in [(0.1, 0.4), (1.0, 30.0)] {
      let published = c * c * c * c * Double(d) * (1 / (t * t + c * c) - 1 / (u * u + c * c))
      #expect(agrees(spread(u) - spread(t), published, relative: 1e-12))
    }
  }
}
