import Arrays
import Construction
import Foundation
import Mixtures
import Networks
import Testing

@Suite struct SinglePrecisionTests {
  /// In float32 the score C^{-1}(m̄ − x) loses what m and x are larger than m − x: about 2⁻²⁴ ‖m‖/s in
  /// relative terms, while the closed form subtracts before it divides.
  @Test func errorsAreThoseOfCancellation() throws {
    let mixture = try GaussianMixture.paper(seed: 0, sigma0: 0.01)
    let marginal = Marginal(mixture, try OrnsteinUhlenbeck(), at: 0)
    let score = try ConstructedScore(marginal, tolerance: 1e-6)
    let x = marginal.sample(500, from: RandomStream(seed: 5)).inSinglePrecision
    let exact = marginal.score(x.inDoublePrecision)
    let network = relativeError(score.network(x).inDoublePrecision, exact)
    let closed = relativeError(closedForm(marginal, x).inDoublePrecision, exact)
    #expect(closed < 1e-7)
    // Means up to 5 in each coordinate, s = 0.01.
    #expect(network < 0x1p-24 * 5 / 0.01)
    let double = relativeError(score.network(x.inDoublePrecision), exact)
    #expect(double < 1e-6)
  }

  /// The variant `single` subtracts before it divides, so that it is as accurate as the closed form.
  @Test(arguments: [ErrorNorm.l2, .uniform]) func singleIsAsAccurate(norm: ErrorNorm) throws {
    let mixture = try GaussianMixture.paper(seed: 0, sigma0: 0.01)
    let marginal = Marginal(mixture, try OrnsteinUhlenbeck(), at: 0)
    let tolerance = norm == .l2 ? 1e-6 : 0.002
    let score = try ConstructedScore(marginal, tolerance: tolerance, norm: norm, variant: .single)
    let x = marginal.sample(2000, from: RandomStream(seed: 6)).inSinglePrecision
    let exact = marginal.score(x.inDoublePrecision)
    let network = relativeError(score.network(x).inDoublePrecision, exact)
    let closed = relativeError(closedForm(marginal, x).inDoublePrecision, exact)
    #expect(network <= 1.5 * closed)
    #expect(relativeError(score.network(x.inDoublePrecision), exact) <= 1e-6)
  }

  /// The root mean square error in units of the root mean square score.
  private func relativeError(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
    var (error, size) = (0.0, 0.0)
    for (found, exact) in zip(a.elements, b.elements) {
      error += (found - exact) * (found - exact)
      size += exact * exact
    }
    return (error / size).squareRoot()
  }

  /// Σ γ_k (m_k − x)/s² with γ by log-sum-exp, every operation in float32.
  private func closedForm(_ marginal: Marginal, _ x: Matrix<Float>) -> Matrix<Float> {
    let mixture = marginal.mixture
    let alpha = Float(marginal.alpha)
    let sharp = marginal.alpha * marginal.alpha * mixture.covariance(0)[0, 0]
    let variance = Float(sharp + marginal.sigmaSquared)
    var result = Matrix<Float>(rows: x.rows, columns: x.columns)
    for n in 0..<x.rows {
      var logits: [Float] = []
      for k in 0..<mixture.componentCount {
        var square: Float = 0
        for a in 0..<x.columns {
          let step = alpha * Float(mixture.means[k, a]) - x[n, a]
          square += step * step
        }
        logits.append(Foundation.log(Float(mixture.weights[k])) - square / (2 * variance))
      }
      let largest = logits.reduce(-.infinity, max)
      let weights: [Float] = logits.map { Foundation.exp($0 - largest) }
      let sum = weights.reduce(0, +)
      for k in weights.indices {
        let gamma = weights[k] / sum
        for a in 0..<x.columns {
          result[n, a] += gamma * (alpha * Float(mixture.means[k, a]) - x[n, a]) / variance
        }
      }
    }
    return result
  }
}
