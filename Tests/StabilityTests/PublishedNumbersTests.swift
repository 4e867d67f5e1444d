import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import Stability
import TestSupport
import Testing

@Test func boundsAndGridsMatchTheReferenceVectors() throws {
  var checked = 0
  for reference in try ReferenceVectors.load().cases {
    guard let expected = reference.equalVarianceBound else { continue }
    let variance = expected.sigma0 * expected.sigma0
    let mixture = try GaussianMixture(
      weights: reference.mixture.weights, means: Matrix(reference.mixture.means),
      covariances: .spherical(Array(repeating: variance, count: reference.mixture.means.count)))
    let flow = ProbabilityFlow(mixture, try reference.process.make())
    let bound = StabilityBound(flow)
    #expect(agrees(bound.diameter, expected.diameter, relative: 1e-12, absolute: 1e-12))
    for (i, t) in expected.times.enumerated() {
      #expect(agrees(bound.twoSided(t), expected.L[i], relative: 1e-9))
      #expect(agrees(bound.cumulative(t), expected.A[i], relative: 1e-9, absolute: 1e-12))
      checked += 2
    }
    for (segments, times) in expected.grids {
      let grid = try StabilityRule.grid(for: flow, segments: try #require(Int(segments)))
      // The vectors list their grids in either order.
      let inOrder = times[0] > times[times.count - 1] ? times : times.reversed()
      #expect(largestDifference(grid.times, inOrder) < 1e-9, "\(reference.name), \(segments)")
      checked += times.count
    }
  }
  #expect(checked == 2 * (10 + 3 + 5 + 9))
}

@Test func thePapersSettingHasItsPublishedNumbers() throws {
  let bound = StabilityBound(try paperFlow())
  #expect(abs(bound.diameter - 40.9973) < 5e-5)
  #expect(abs(bound.cumulative(1) - 210.0880) < 5e-5)
  // Equal variances: A(T) = D²(1 − e^{−2βT})/8.
  let closed = bound.diameter * bound.diameter * (1 - .exp(-10)) / 8
  #expect(agrees(bound.cumulative(1), closed, relative: 1e-12))
}

@Test func theBalancedGridIsTheClosedFormOfTheory() throws {
  let printed = [0, 0.01335, 0.02877, 0.04700, 0.06931, 0.09808, 0.13862, 0.20791, 1]
  // Independent of the mixture at σ_0 = σ∞.
  let other = ProbabilityFlow(
    try twoModes(at: 0.3, variance: 1, dimension: 3), try OrnsteinUhlenbeck())
  for flow in [try paperFlow(), other] {
    let times = try StabilityRule.grid(for: flow, segments: 8).times
    for k in 0...8 {
      let q = 1 - Double(k) / 8
      let closed = -Double.log(1 - q * (1 - .exp(-10))) / 10
      #expect(abs(times[k] - closed) < 1e-10, "t_\(k) = \(times[k]) for \(closed)")
      #expect(abs(times[k] - printed[8 - k]) < 5.1e-6)
    }
  }
}

@Test func theInformationProfileIsThatOfTheory() throws {
  let certificate = InformationCertificate(try paperFlow())
  let expected = [
    (0.3, 0.03), (0.35, 0.30), (0.4, 0.96), (0.45, 1.65), (0.5, 2.15), (0.6, 2.67), (1, 2.99),
  ]
  for (t, value) in expected {
    #expect(abs(certificate.profile(t) - value) < 5.1e-3, "t = \(t): \(certificate.profile(t))")
  }
  #expect(abs(certificate.entropy - .log(20)) < 1e-12)
  #expect(certificate.typicalLogAmplification <= 2.997)
  // And not for free: the measured mean is 1.296.
  #expect(certificate.typicalLogAmplification > 1.296)
}

/// β = 5, σ_0 = 0.4, μ = ±1, T = 1: 9.10392 one-sided, 56.897 two-sided.
@Test func theTwoModeNumbersAreThoseOfTheory() throws {
  let flow = ProbabilityFlow(try twoModes(at: 1, variance: 0.16), try OrnsteinUhlenbeck())
  let bound = StabilityBound(flow)
  #expect(abs(.exp(bound.logAmplification(from: 1, to: 0)) - 9.10392) < 5.1e-6)
  #expect(abs(.exp(bound.cumulative(1)) - 56.897) < 5.1e-4)
}
