import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import Stability
import TestSupport
import Testing

/// ½g²‖Cov_γ(g)‖ at draws of p_t, by the naive twin and a dense decomposition.
private func conflicts(_ c: InformationCase, at t: Double, count: Int) -> [Double] {
  let marginal = c.flow.marginal(at: t)
  let twin = NaiveMarginal(
    c.flow.mixture, alpha: marginal.alpha, sigmaSquared: marginal.sigmaSquared)
  let x = marginal.sample(count, from: c.stream.substream("conflict"))
  let d = x.columns
  return (0..<count).map { row in
    let parts = twin.evaluate(Array(x[row: row]))
    let mean = (0..<d).map { a in
      zip(parts.responsibilities, parts.pulls).reduce(0) { $0 + $1.0 * $1.1[a] }
    }
    var covariance = Matrix<Double>(rows: d, columns: d)
    for (gamma, pull) in zip(parts.responsibilities, parts.pulls) {
      for a in 0..<d {
        for b in 0..<d { covariance[a, b] += gamma * (pull[a] - mean[a]) * (pull[b] - mean[b]) }
      }
    }
    let largest = SymmetricEigen(covariance)?.values[d - 1] ?? .nan
    return 0.5 * c.flow.process.diffusionSquared(t) * largest
  }
}

@Test(arguments: CovarianceType.allCases)
func averagedAndConditionalRatesHold(_ type: CovarianceType) throws {
  for seed in 0..<12 {
    let c = try InformationCase(seed, type)
    let certificate = InformationCertificate(c.flow)
    for fraction in [0.02, 0.1, 0.3, 0.7] {
      let t = fraction * c.flow.process.horizon
      let rates = conflicts(c, at: t, count: 1000)
      let averaged = certificate.averagedRate(t)
      for limit in [averaged, certificate.pairwiseAveragedRate(t)] {
        let mean = SampleMean(rates)
        #expect(mean.value <= limit * (1 + 1e-9) + 4 * mean.standardError, "\(c), t = \(t)")
      }
      #expect(averaged <= certificate.pairwiseAveragedRate(t) * (1 + 1e-12))
      for share in [10, 3] {
        // The worst event of this probability is the upper tail.
        let tail = SampleMean(Array(rates.sorted().suffix(1000 / share)))
        let limit = certificate.conditionalRate(t, probability: 1 / Double(share))
        #expect(tail.value <= limit * (1 + 1e-9) + 4 * tail.standardError, "\(c), t = \(t)")
        #expect(limit >= averaged * (1 - 1e-12))
      }
    }
  }
}

/// Overlaps of very unequal weights, close and far: Simpson's rule on the line.
@Test(arguments: [0.5, 0.1, 1e-3, 1e-12])
func pairwiseRatesAreOverlaps(_ weight: Double) throws {
  for separation in [1e-7, 0.5, 3, 9] {
    let mixture = try GaussianMixture(
      weights: [weight, 1 - weight], means: Matrix([[0], [separation]]),
      covariances: .spherical([1, 1]))
    let flow = ProbabilityFlow(mixture, GrowingNoise())
    let certificate = InformationCertificate(flow)
    for t in [0.05, 1] {
      let variance = 1 + t * t
      func density(_ x: Double) -> Double {
        .exp(-0.5 * x * x / variance) / (2 * .pi * variance).squareRoot()
      }
      let (n, edge) = (400_000, 25.0)
      let h = (2 * edge + separation) / Double(n)
      var overlap = 0.0
      for i in 0...n {
        let x = -edge + h * Double(i)
        let least = min(weight * density(x), (1 - weight) * density(x - separation))
        overlap += (i == 0 || i == n ? 1 : (i % 2 == 1 ? 4 : 2)) * h / 3 * least
      }
      let force = separation * separation / (variance * variance)
      let spread = weight * (1 - weight) * separation * separation
      let linear = spread / (1 + spread / variance) / (variance * variance)
      // g² = 2t.
      let expected = t * min(force * overlap, force / 4, linear)
      #expect(
        agrees(certificate.pairwiseAveragedRate(t), expected, relative: 1e-6),
        "\(weight), \(separation), \(t)")
      // The sharper one is the least of r² + R(R − 2r) overlap over all r.
      let largest = force.squareRoot()
      let brute = (0...20_000).map { i in
        let r = 0.5 * largest * .pow(Double(i) / 20_000, 3)
        return r * r + largest * (largest - 2 * r) * overlap
      }.reduce(Double.infinity, min)
      #expect(
        agrees(certificate.averagedRate(t), t * min(brute, linear), relative: 1e-6),
        "\(weight), \(separation), \(t)")
    }
  }
}

/// The sharper bound's minimum over r by brute force, with many pairs.
@Test func theLeastOfManyPairsIsFound() throws {
  for seed in 0..<10 {
    let c = try SharedCase(seed, isotropic: true)
    let mixture = c.flow.mixture
    guard mixture.componentCount > 2 else { continue }
    let variance = try #require(mixture.sharedIsotropicVariance)
    let certificate = InformationCertificate(c.flow)
    for t in [0.05, 0.2, 0.5].map({ $0 * c.process.horizon }) {
      let marginal = c.flow.marginal(at: t)
      let square = marginal.alpha * marginal.alpha * variance + marginal.sigmaSquared
      var pairs: [(force: Double, overlap: Double)] = []
      for i in 0..<mixture.componentCount {
        for j in 0..<i {
          let separation = distance(mixture.means[row: i], mixture.means[row: j])
          let delta = marginal.alpha * separation / square.squareRoot()
          let (v, w) = (mixture.weights[i], mixture.weights[j])
          let middle = 0.5 * delta - .log(w / v) / delta
          let tails = 0.5 * v * .erfc(middle / 2.0.squareRoot())
          let others = 0.5 * w * .erfc((delta - middle) / 2.0.squareRoot())
          pairs.append((marginal.alpha * separation / square, tails + others))
        }
      }
      for probability in [1, 0.2, 0.01] {
        let top = pairs.map(\.force).reduce(0, max)
        let brute = (0...20_000).map { i in
          let r = 0.5 * top * Double(i) / 20_000
          return pairs.reduce(r * r) {
            $0 + $1.force * max(0, $1.force - 2 * r) * $1.overlap / probability
          }
        }.reduce(Double.infinity, min)
        let half = 0.5 * c.process.diffusionSquared(t)
        let rate = certificate.conditionalRate(t, probability: probability)
        #expect(rate <= half * brute * (1 + 1e-9))
        // The linear estimate may be lower still.
        #expect(
          agrees(rate, half * brute, relative: 1e-6) || rate < half * brute / probability,
          "seed \(seed), t = \(t)")
      }
    }
  }
}

@Test func thePapersSettingHasTheNumbersOfTheory() throws {
  let certificate = InformationCertificate(try paperFlow())
  // The reference numbers are NumPy's, by the trapezoidal rule in log w. Without the linear estimate
  // the first is 4.629, "4.6" in theory.md.
  let pairwise = simpson(to: 1, layer: 0.1, panels: 3000) { certificate.pairwiseAveragedRate($0) }
  #expect(abs(pairwise - 4.4449) < 1e-4, "\(pairwise)")
  let averaged = certificate.averagedIntegral.total
  #expect(abs(averaged - 3.50249) < 1e-5, "\(averaged)")
  let high = certificate.highProbability(0.99)
  let closed = try #require(high.closedForm)
  #expect(abs(closed.logAmplification - 11.83) < 5e-3, "\(closed)")
  #expect(abs(closed.time - 0.303) < 5e-4)
  #expect(high.logAmplification <= 9.9)
  #expect(abs(high.logAmplification - 9.47802) < 1e-5, "\(high)")
  // The measured 99 % quantile is 4.45.
  #expect(high.logAmplification > 4.45)
  let narrow = InformationCertificate(try paperFlow(sigma0: 0.01)).highProbability()
  #expect(abs(try #require(narrow.closedForm).logAmplification - 7.2) < 0.05)
  #expect(narrow.logAmplification < 7.2)
}

/// The integral against Simpson's rule, also where the best exponents change along the way.
@Test func averagedIntegralsAreIntegrals() throws {
  for type in CovarianceType.allCases {
    let base = try RandomCase(7, type)
    let certificate = InformationCertificate(ProbabilityFlow(base.mixture, base.process))
    let simpson = simpson(to: base.process.horizon, layer: 0.02, panels: 1500) {
      certificate.averagedRate($0)
    }
    #expect(agrees(certificate.averagedIntegral.total, simpson, relative: 1e-4), "\(type)")
  }
}

@Test func highProbabilityCertificatesHold() throws {
  for c in try InformationCase.all(16) {
    let horizon = c.flow.process.horizon
    let x = c.flow.marginal(at: horizon).sample(200, from: c.stream.substream("quantile"))
    let certificate = InformationCertificate(c.flow)
    let measured = logAmplifications(c.flow, x, from: horizon, to: 0).sorted()
    for confidence in [0.5, 0.9] {
      let limit = certificate.highProbability(confidence).logAmplification
      #expect(limit.isFinite)
      let above = measured.filter { $0 > limit + 1e-6 }.count
      let expected = 200 * (1 - confidence)
      let spread = (expected * confidence).squareRoot()
      #expect(Double(above) <= expected + 3 * spread, "\(c), \(confidence)")
    }
  }
}
