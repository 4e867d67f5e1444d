import Arrays
import Foundation
import Mixtures
import ProbabilityFlow
import RealModule
import Stability
import TestSupport
import Testing

/// How many random mixtures to try: FLOWDISTILL_MIXTURES=200 for the full count.
private let mixtures =
  ProcessInfo.processInfo.environment["FLOWDISTILL_MIXTURES"].flatMap { Int($0) } ?? 24

@Test func typicalAmplificationKeepsToTheCertificate() throws {
  for c in try InformationCase.all(mixtures) {
    let certificate = InformationCertificate(c.flow)
    let horizon = c.flow.process.horizon
    for (t, s) in [(horizon, 0), (0.5 * horizon, 0.1 * horizon)] {
      let x = c.flow.marginal(at: t).sample(100, from: c.stream.substream("amplification"))
      let measured = SampleMean(logAmplifications(c.flow, x, from: t, to: s))
      let limit = certificate.typicalLogAmplification(from: t, to: s)
      // Central differences are good to about 1e-6 here.
      #expect(
        measured.value <= limit + 3 * measured.standardError + 1e-6,
        "\(c), \(t) to \(s): \(measured.value) for \(limit)")
    }
    #expect(
      certificate.typicalLogAmplification
        == certificate.typicalLogAmplification(from: horizon, to: 0))
  }
}

/// A mixture on the line, far from trivial, with components of unequal variance.
private func lineMixture(_ seed: Int, unequal: Bool) throws -> GaussianMixture {
  let u = RandomStream(seed: 77).substream(UInt64(seed)).uniforms(12)
  let k = 2 + seed % 3
  let raw = (0..<k).map { 0.2 + u[$0] }
  let total = raw.reduce(0, +)
  let gap = 1.5 + 3 * u[4]
  var (means, variances) = ([Double](), [Double]())
  for i in 0..<k {
    means.append(Double(i) * gap + u[5 + i])
    let share = Double(i + 1) / 3
    variances.append(unequal ? 0.05 + u[9 - i % 2] * share : 0.1 + u[9])
  }
  return try GaussianMixture(
    weights: raw.map { $0 / total }, means: Matrix(rows: k, columns: 1, elements: means),
    covariances: .spherical(variances))
}

/// In one dimension the first form is an equality for any variances and any process:
/// E log Φ'_{0←T} = Σ_k w_k log(σ_k/s_{k,T}) + I_0 − I_T.
///
/// The brackets are replaced by quadrature.
@Test func inOneDimensionAmplificationIsInformation() throws {
  for seed in 0..<9 {
    let mixture = try lineMixture(seed, unequal: seed % 2 == 0)
    let processes: [any ForwardProcess] = [
      try OrnsteinUhlenbeck(beta: 1.5), StraightPath(), GrowingNoise(),
    ]
    let flow = ProbabilityFlow(mixture, processes[seed % 3])
    let horizon = flow.process.horizon
    let x = quantiles(flow.marginal(at: horizon), count: 1500)
    let measured = SampleMean(logAmplifications(flow, x, from: horizon, to: 0))
    let stretch = zip(mixture.weights, mixture.largestVariances).reduce(0.0) { sum, part in
      let alpha = flow.process.alpha(horizon)
      let end = alpha * alpha * part.1 + flow.process.sigmaSquared(horizon)
      return sum + 0.5 * part.0 * .log(part.1 / end)
    }
    let before = information(flow, 0)
    let gained = before - information(flow, horizon)
    let certificate = InformationCertificate(flow)
    #expect(certificate.lowerInformation(0) <= before + 1e-9)
    #expect(certificate.upperInformation(0) >= before - 1e-9)
    let expected = stretch + gained
    // 1 % of the amplification, or of the information where these two nearly cancel.
    #expect(
      abs(measured.value - expected) < 0.01 * max(abs(expected), gained), "seed \(seed)")
    #expect(certificate.typicalLogAmplification >= measured.value - 0.01 * gained)
  }
}

/// Stratified draws of a law on the line: the quantiles at (i + ½)/n, by bisection.
private func quantiles(_ marginal: Marginal, count: Int) -> Matrix<Double> {
  let mixture = marginal.mixture
  func distribution(_ x: Double) -> Double {
    (0..<mixture.componentCount).reduce(0) { sum, k in
      let variance =
        marginal.alpha * marginal.alpha * mixture.largestVariances[k] + marginal.sigmaSquared
      let z = (x - marginal.alpha * mixture.means[k, 0]) / (2 * variance).squareRoot()
      return sum + 0.5 * mixture.weights[k] * Double.erfc(-z)
    }
  }
  let rows = (0..<count).map { i in
    var (low, high) = (-400.0, 400.0)
    for _ in 0..<80 {
      let middle = 0.5 * (low + high)
      if distribution(middle) < (Double(i) + 0.5) / Double(count) {
        low = middle
      } else {
        high = middle
      }
    }
    return 0.5 * (low + high)
  }
  return Matrix(rows: count, columns: 1, elements: rows)
}

/// I_t on the line by Simpson's rule: H(w) − ∫ p H(γ).
private func information(_ flow: ProbabilityFlow, _ t: Double) -> Double {
  let marginal = flow.marginal(at: t)
  let edge = 60.0 + 5 * marginal.sigmaSquared.squareRoot()
  let n = 60_000
  let h = 2 * edge / Double(n)
  let x = Matrix(rows: n + 1, columns: 1, elements: (0...n).map { -edge + h * Double($0) })
  let (gamma, density) = (marginal.responsibilities(x), marginal.logDensity(x))
  var doubt = 0.0
  for i in 0...n {
    let entropy = -gamma[row: i].reduce(0) { $0 + ($1 > 0 ? $1 * .log($1) : 0) }
    let weight = i == 0 || i == n ? 1.0 : (i % 2 == 1 ? 4 : 2)
    doubt += weight * h / 3 * .exp(density[i]) * entropy
  }
  return -flow.mixture.weights.reduce(0) { $0 + $1 * .log($1) } - doubt
}
