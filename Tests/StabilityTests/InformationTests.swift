import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import Stability
import TestSupport
import Testing

/// I_t = H(w) − E H(γ(X_t)) by sampling, responsibilities by the naive twin.
private func measuredInformation(
  _ flow: ProbabilityFlow, at t: Double, count: Int, _ stream: RandomStream
) -> SampleMean {
  let marginal = flow.marginal(at: t)
  let twin = NaiveMarginal(
    flow.mixture, alpha: marginal.alpha, sigmaSquared: marginal.sigmaSquared)
  let x = marginal.sample(count, from: stream)
  func entropy(_ p: [Double]) -> Double { -p.reduce(0) { $0 + ($1 > 0 ? $1 * .log($1) : 0) } }
  let total = entropy(flow.mixture.weights)
  return SampleMean(
    (0..<count).map { total - entropy(twin.evaluate(Array(x[row: $0])).responsibilities) })
}

@Test(arguments: [true, false])
func theBracketsHoldTheInformation(_ isotropic: Bool) throws {
  for seed in 0..<10 {
    let c = try SharedCase(seed, isotropic: isotropic)
    let certificate = try InformationCertificate(c.flow)
    var last = -Double.infinity
    for fraction in [0, 0.03, 0.1, 0.3, 1] {
      let t = fraction * c.process.horizon
      let measured = measuredInformation(c.flow, at: t, count: 1500, c.stream)
      let slack = 4 * measured.standardError + 1e-12
      let (lower, upper) = (certificate.lowerInformation(t), certificate.upperInformation(t))
      #expect(lower <= measured.value + slack, "seed \(seed), t = \(t)")
      #expect(upper >= measured.value - slack, "seed \(seed), t = \(t)")
      #expect(lower >= 0 && upper <= certificate.entropy + 1e-12)
      // The profile rises, and bounds what is lost between t and 0.
      #expect(certificate.profile(t) >= last - 1e-12)
      last = certificate.profile(t)
    }
  }
}

@Test func theBracketsHoldInThePapersSetting() throws {
  let flow = try paperFlow()
  let certificate = try InformationCertificate(flow)
  for t in [0.35, 0.45, 0.6] {
    // d = 64, K = 20: the twin is slow, so few draws.
    let measured = measuredInformation(flow, at: t, count: 60, RandomStream(seed: 4))
    let slack = 4 * measured.standardError
    #expect(certificate.lowerInformation(t) <= measured.value + slack)
    #expect(certificate.upperInformation(t) >= measured.value - slack)
  }
}

@Test func theBracketsCloseAtBothEnds() throws {
  let process = try OrnsteinUhlenbeck(horizon: 4)
  let weights = [0.2, 0.8]
  let mixture = try GaussianMixture(
    weights: weights, means: Matrix([[0, 0], [30, 0]]), covariances: .spherical([1, 1]))
  let certificate = try InformationCertificate(ProbabilityFlow(mixture, process))
  let entropy = -(0.2 * Double.log(0.2) + 0.8 * .log(0.8))
  // Apart: all of the entropy. At the horizon: nothing.
  #expect(abs(certificate.lowerInformation(0) - entropy) < 1e-12)
  #expect(abs(certificate.upperInformation(0) - entropy) < 1e-12)
  #expect(certificate.upperInformation(4) < 1e-10)
  // Equal components carry no information at any time.
  let same = try GaussianMixture(
    weights: weights, means: Matrix(rows: 2, columns: 2), covariances: .spherical([1, 1]))
  let none = try InformationCertificate(ProbabilityFlow(same, process))
  #expect(abs(none.upperInformation(0)) < 1e-15 && none.lowerInformation(0) == 0)
}

/// log ‖DΦ_{0←T}‖ of draws of p_T by central differences of the teacher.
private func logAmplifications(
  _ c: SharedCase, count: Int, from t: Double, to s: Double
) throws -> [Double] {
  let teacher = Teacher(c.flow, tolerance: 1e-12)
  let d = c.flow.mixture.dimension
  let x = c.flow.marginal(at: t).sample(count, from: c.stream.substream("amplification"))
  let h = 1e-5
  let columns = (0..<d).map { a in
    func moved(_ offset: Double) -> Matrix<Double> {
      var result = x
      for i in 0..<count { result[i, a] += offset }
      return teacher.transport(result, from: t, to: s).states
    }
    let (up, down) = (moved(h), moved(-h))
    return zip(up.elements, down.elements).map { ($0 - $1) / (2 * h) }
  }
  return try (0..<count).map { i in
    var gram = Matrix<Double>(rows: d, columns: d)
    for a in 0..<d {
      for b in 0..<d {
        gram[a, b] = (0..<d).reduce(0) {
          $0 + columns[a][i * d + $1] * columns[b][i * d + $1]
        }
      }
    }
    let squares = try #require(SymmetricEigen(gram)).values
    return 0.5 * .log(squares[d - 1])
  }
}

@Test(arguments: [true, false])
func typicalAmplificationKeepsToTheCertificate(_ isotropic: Bool) throws {
  for seed in 0..<8 {
    let c = try SharedCase(seed, isotropic: isotropic)
    let certificate = try InformationCertificate(c.flow)
    let horizon = c.process.horizon
    for (t, s) in [(horizon, 0), (0.5 * horizon, 0.1 * horizon)] {
      let measured = SampleMean(try logAmplifications(c, count: 120, from: t, to: s))
      let limit = certificate.typicalLogAmplification(from: t, to: s)
      // Central differences are good to about 1e-6 here.
      #expect(
        measured.value <= limit + 4 * measured.standardError + 1e-6,
        "seed \(seed), \(t) to \(s): \(measured.value) for \(limit)")
    }
    #expect(
      certificate.typicalLogAmplification
        == certificate.typicalLogAmplification(from: horizon, to: 0))
  }
}

/// In one dimension the certificate's first form is an equality:
/// E log Φ'_{0←T} = log(σ_0/s_T) + I_0 − I_T.
@Test func inOneDimensionAmplificationIsInformation() throws {
  var found = 0
  for seed in 0..<40 {
    let c = try SharedCase(seed, isotropic: true)
    guard c.flow.mixture.dimension == 1, c.flow.mixture.componentCount > 1 else { continue }
    found += 1
    let horizon = c.process.horizon
    let alpha = c.process.alpha(horizon)
    let variance = try #require(c.flow.mixture.sharedIsotropicVariance)
    let spread = alpha * alpha * variance + c.process.sigmaSquared(horizon)
    let stretch = 0.5 * Double.log(variance / spread)
    let measured = SampleMean(try logAmplifications(c, count: 1000, from: horizon, to: 0))
    let before = measuredInformation(c.flow, at: 0, count: 4000, c.stream.substream("start"))
    let after = measuredInformation(c.flow, at: horizon, count: 4000, c.stream.substream("end"))
    let error = norm([measured.standardError, before.standardError, after.standardError])
    let expected = stretch + before.value - after.value
    #expect(abs(measured.value - expected) < 4 * error + 1e-6, "seed \(seed)")
  }
  #expect(found >= 3)
}
