import Arrays
import Mixtures
import RealModule
import TestSupport
import Testing

/// Means and all second moments of draws against E X = αμ and α²(Σ w μμᵀ + Σ w Σ_k) + σ²I, in units
/// of their standard errors.
///
/// Fixed seeds: a failure is a fault, not bad luck.
@Test(arguments: CovarianceType.allCases)
func drawsHaveTheMomentsOfTheMarginal(_ type: CovarianceType) throws {
  for seed in 0..<4 {
    let c = try RandomCase(seed, type)
    let (d, n) = (c.mixture.dimension, 20_000)
    for fraction in [0, 0.2] {
      let marginal = Marginal(c.mixture, c.process, at: fraction * c.process.horizon)
      let x = marginal.sample(n, from: c.stream.substream("moments"))
      let a2 = marginal.alpha * marginal.alpha
      for a in 0..<d {
        let mean = SampleMean((0..<n).map { x[$0, a] })
        #expect(abs(mean.deviation(from: marginal.alpha * c.mixture.mean[a])) < 4.5)
        for b in 0...a {
          let expected = (0..<c.mixture.componentCount).reduce(
            a == b ? marginal.sigmaSquared : 0
          ) { sum, k in
            let outer = c.mixture.means[k, a] * c.mixture.means[k, b]
            return sum + a2 * c.mixture.weights[k] * (outer + c.mixture.covariance(k)[a, b])
          }
          let product = SampleMean((0..<n).map { x[$0, a] * x[$0, b] })
          #expect(
            abs(product.deviation(from: expected)) < 4.5,
            "\(type), seed \(seed): E x\(a) x\(b) = \(product.value) for \(expected)")
        }
      }
    }
  }
}

/// E s(X) = 0 and E X·s(X) = −d: identities of any density, which tie draws to the score.
@Test(arguments: CovarianceType.allCases)
func drawsAndScoresBelongTogether(_ type: CovarianceType) throws {
  for seed in 4..<8 {
    let c = try RandomCase(seed, type)
    let marginal = Marginal(c.mixture, c.process, at: 0.15 * c.process.horizon)
    let x = marginal.sample(20_000, from: c.stream.substream("stein"))
    let score = marginal.score(x)
    let products = (0..<x.rows).map { i in
      zip(x[row: i], score[row: i]).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(abs(SampleMean(products).deviation(from: -Double(c.mixture.dimension))) < 4.5)
    for a in 0..<x.columns {
      #expect(abs(SampleMean((0..<x.rows).map { score[$0, a] }).deviation(from: 0)) < 4.5)
    }
  }
}

@Test func labelsFollowTheWeights() throws {
  let weights = [0.5, 0.01, 0.29, 0.2]
  let mixture = try GaussianMixture(
    weights: weights, means: Matrix(rows: 4, columns: 1, elements: [0, 1, 2, 3]),
    covariances: .spherical([1, 1, 1, 1]))
  let n = 40_000
  let labels = mixture.sampleLabels(n, from: RandomStream(seed: 12))
  for k in weights.indices {
    let p = weights[k]
    let share = Double(labels.count { $0 == k }) / Double(n)
    #expect(abs(share - p) < 4.5 * (p * (1 - p) / Double(n)).squareRoot())
  }
}

@Test(arguments: CovarianceType.allCases)
func aDrawDependsOnItsIndexAlone(_ type: CovarianceType) throws {
  let c = try RandomCase(5, type)
  let marginal = Marginal(c.mixture, c.process, at: 0.1)
  let long = marginal.sample(700, from: c.stream)
  let short = marginal.sample(300, from: c.stream)
  #expect(short == long.rowBlock(0..<300))
  #expect(marginal.sample(300, from: c.stream.substream("other")) != short)
  let before = Parallel.threadCount
  defer { Parallel.threadCount = before }
  Parallel.threadCount = 1
  #expect(marginal.sample(700, from: c.stream) == long)
  #expect(marginal.sample(0, from: c.stream).rows == 0)
}
