import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import Stability
import TestSupport
import Testing

@Test(arguments: CovarianceType.allCases)
func theBracketsHoldTheInformation(_ type: CovarianceType) throws {
  for seed in 0..<12 {
    let c = try InformationCase(seed, type)
    let certificate = InformationCertificate(c.flow)
    for fraction in [0, 0.03, 0.1, 0.3, 1] {
      let t = fraction * c.flow.process.horizon
      let measured = measuredInformation(c.flow, at: t, count: 1200, c.stream)
      let slack = 4 * measured.standardError + 1e-12
      let (lower, upper) = (certificate.lowerInformation(t), certificate.upperInformation(t))
      #expect(lower <= measured.value + slack, "\(c), t = \(t)")
      #expect(upper >= measured.value - slack, "\(c), t = \(t)")
      #expect(lower >= 0 && lower <= upper + 1e-12 && upper <= certificate.entropy + 1e-12)
    }
  }
}

/// The brackets for one component against closed forms from dense matrices: both divergences by the
/// naive Cholesky factor.
@Test(arguments: CovarianceType.allCases)
func theBracketsAreTheirFormulas(_ type: CovarianceType) throws {
  for seed in 0..<10 {
    let c = try InformationCase(seed, type)
    let certificate = InformationCertificate(c.flow)
    let mixture = c.flow.mixture
    let (k, d) = (mixture.componentCount, mixture.dimension)
    let t = 0.17 * c.flow.process.horizon
    let alpha = c.flow.process.alpha(t)
    let variances = (0..<k).map { j in
      var m = mixture.covariance(j)
      for e in m.elements.indices { m.elements[e] *= alpha * alpha }
      for a in 0..<d { m[a, a] += c.flow.process.sigmaSquared(t) }
      return m
    }
    func affinity(_ i: Int, _ j: Int) -> Double {
      let sum = zip(variances[i].elements, variances[j].elements).map { 0.5 * ($0 + $1) }
      let factor = Cholesky(Matrix(rows: d, columns: d, elements: sum))
      let delta = zip(mixture.means[row: i], mixture.means[row: j]).map { alpha * ($0 - $1) }
      let quadratic = zip(delta, factor.solve(delta)).reduce(0) { $0 + $1.0 * $1.1 }
      let logs = Cholesky(variances[i]).logDeterminant + Cholesky(variances[j]).logDeterminant
      return .exp(-quadratic / 8 - 0.5 * (factor.logDeterminant - 0.5 * logs))
    }
    let affinities = (0..<k).map { i in (0..<k).map { affinity(i, $0) } }
    let tracey = -(0..<k).reduce(0.0) { sum, i in
      let inner = (0..<k).reduce(0.0) { $0 + mixture.weights[$1] * affinities[i][$1] }
      return sum + mixture.weights[i] * .log(inner)
    }
    let start = certificate.upperInformation(0)
    #expect(agrees(certificate.profile(t), start - tracey, relative: 1e-9, absolute: 1e-10))
    var doubt = 0.0
    for i in 0..<k {
      for j in 0..<i {
        doubt += (mixture.weights[i] * mixture.weights[j]).squareRoot() * affinities[i][j]
      }
    }
    let lower = max(tracey, certificate.entropy - 2 * .log(2) * doubt)
    #expect(agrees(certificate.lowerInformation(t), lower, relative: 1e-9, absolute: 1e-10))
  }
}

/// Every pair's affinity rises under noise, whatever the covariances: no running maximum needed.
@Test(arguments: CovarianceType.allCases)
func theProfileAndTheLowerBracketAreMonotone(_ type: CovarianceType) throws {
  for seed in 0..<15 {
    let c = try InformationCase(seed, type)
    let certificate = InformationCertificate(c.flow)
    var (last, lower) = (-Double.infinity, Double.infinity)
    for i in 0...60 {
      let t = c.flow.process.horizon * .pow(Double(i) / 60, 3)
      #expect(certificate.profile(t) >= last - 1e-12, "\(c), t = \(t)")
      #expect(certificate.lowerInformation(t) <= lower + 1e-12, "\(c), t = \(t)")
      (last, lower) = (certificate.profile(t), certificate.lowerInformation(t))
    }
  }
}

@Test func theBracketsHoldInThePapersSetting() throws {
  let flow = try paperFlow()
  let certificate = InformationCertificate(flow)
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
  let certificate = InformationCertificate(ProbabilityFlow(mixture, process))
  let entropy = -(0.2 * Double.log(0.2) + 0.8 * .log(0.8))
  // Apart: all of the entropy. At the horizon: nothing.
  #expect(abs(certificate.lowerInformation(0) - entropy) < 1e-12)
  #expect(abs(certificate.upperInformation(0) - entropy) < 1e-12)
  #expect(certificate.upperInformation(4) < 1e-10)
  // Equal components carry no information at any time.
  let same = try GaussianMixture(
    weights: weights, means: Matrix(rows: 2, columns: 2), covariances: .spherical([1, 1]))
  let none = InformationCertificate(ProbabilityFlow(same, process))
  #expect(abs(none.upperInformation(0)) < 1e-15 && none.lowerInformation(0) == 0)
  // Nor do any where no signal is left.
  let straight = InformationCertificate(ProbabilityFlow(mixture, StraightPath()))
  #expect(straight.upperInformation(1) < 1e-12 && straight.lowerInformation(1) == 0)
}

@Test(arguments: CovarianceType.allCases)
func theInformationGridHasEqualParts(_ type: CovarianceType) throws {
  for seed in 0..<6 {
    let c = try InformationCase(seed, type)
    guard c.flow.mixture.componentCount > 1 else { continue }
    let certificate = InformationCertificate(c.flow)
    let grid = try InformationRule.grid(for: c.flow, segments: 4)
    let start = certificate.profile(0)
    let total = certificate.profile(c.flow.process.horizon) - start
    for (k, t) in grid.times.enumerated() {
      let part = (certificate.profile(t) - start) / total
      #expect(abs(part - (1 - Double(k) / 4)) < 1e-9, "\(c)")
    }
  }
}
