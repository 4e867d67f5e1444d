import Arrays
import Foundation
import Mixtures
import ProbabilityFlow
import RealModule
import Stability
import TestSupport
import Testing

/// How many trajectories to follow: FLOWDISTILL_TRAJECTORIES=10000 for the full count.
private let trajectories =
  ProcessInfo.processInfo.environment["FLOWDISTILL_TRAJECTORIES"].flatMap { Int($0) } ?? 500

/// The certificate and the measured log ‖DΦ‖ of draws of p_t carried to time s.
private func certified(
  _ c: InformationCase, count: Int, from t: Double, to s: Double
) throws -> (certificate: [Double], measured: [Double]) {
  let x = c.flow.marginal(at: t).sample(count, from: c.stream.substream("trajectory"))
  let end = try Teacher(c.flow, tolerance: 1e-12).transport(x, from: t, to: s).orThrow().states
  let certificate = InformationCertificate(c.flow)
  return (
    certificate.trajectoryLogAmplification(x, at: t, to: end, at: s),
    logAmplifications(c.flow, x, from: t, to: s)
  )
}

@Test func noTrajectoryExceedsItsCertificate() throws {
  let cases = try InformationCase.all(20)
  for (i, c) in cases.enumerated() {
    let horizon = c.flow.process.horizon
    let (t, s) = i % 3 == 2 ? (0.6 * horizon, 0.05 * horizon) : (horizon, 0)
    let (limits, measured) = try certified(c, count: trajectories / 20, from: t, to: s)
    for (limit, value) in zip(limits, measured) {
      // Central differences are good to about 1e-6 here.
      #expect(value <= limit + 1e-6, "\(c): \(value) for \(limit)")
      if c.flow.mixture.dimension == 1 {
        #expect(abs(value - limit) < 1e-5, "\(c): one dimension is an equality")
      }
    }
  }
}

/// For one covariance the certificate's mean is the information certificate itself:
/// log(√λ_max/s_T) + I_0 − I_T.
@Test(arguments: [CovarianceType.tied, .spherical])
func theMeanOverTrajectoriesIsTheInformation(_ type: CovarianceType) throws {
  var checked = 0
  for seed in 0..<9 {
    let shared = try SharedCase(seed, isotropic: type == .spherical)
    let flow = shared.flow
    guard flow.mixture.componentCount > 1 else { continue }
    let horizon = flow.process.horizon
    let x = flow.marginal(at: horizon).sample(1500, from: shared.stream.substream("mean"))
    let end = try Teacher(flow).transport(x, from: horizon, to: 0).orThrow().states
    let limits = SampleMean(
      InformationCertificate(flow).trajectoryLogAmplification(x, at: horizon, to: end, at: 0))
    let largest = flow.mixture.largestVariances[0]
    let alpha = flow.process.alpha(horizon)
    let spread = alpha * alpha * largest + flow.process.sigmaSquared(horizon)
    let before = measuredInformation(flow, at: 0, count: 3000, shared.stream.substream("start"))
    let after = measuredInformation(flow, at: horizon, count: 3000, shared.stream.substream("end"))
    let expected = 0.5 * Double.log(largest / spread) + before.value - after.value
    let error = norm([limits.standardError, before.standardError, after.standardError])
    #expect(abs(limits.value - expected) < 4 * error + 1e-6, "seed \(seed)")
    checked += 1
  }
  #expect(checked > 4)
}
