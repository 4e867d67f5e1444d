import Arrays
import Construction
import Foundation
import Mixtures
import Networks
import Testing

@Suite struct ScoreTests {
  /// The proof holds where nothing but the construction is to blame: measured ≤ certified ≤ asked.
  @Test(arguments: 0..<12) func theCertificateHolds(seed: Int) throws {
    let mixture = try sharedMixture(seed: UInt64(seed), type: seed % 3)
    let t = [0.0, 0.02, 0.2, 1][seed % 4]
    let process = try OrnsteinUhlenbeck()
    let marginal = Marginal(mixture, process, at: t)
    let x = probes(marginal, 400, seed: UInt64(seed))
    let exact = marginal.score(x)
    for tolerance in [1e-2, 1e-4, 1e-6] {
      let score = try ConstructedScore(marginal, tolerance: tolerance)
      let certificate = score.certificate
      let measured = largestDistance(score.network(x), exact)
      print(
        seed, t, tolerance, mixture.componentCount, mixture.dimension, score.network.hiddenLayers,
        score.network.weightCount, measured / certificate.scoreNorm,
        certificate.relativeErrorBound, certificate.errorBound / measured)
      #expect(certificate.relativeErrorBound <= tolerance)
      #expect(measured <= certificate.errorBound)
    }
  }

  @Test(arguments: [1, 0.1, 0.01]) func thePaperMixture(sigma0: Double) throws {
    let mixture = try GaussianMixture.paper(seed: 0, sigma0: sigma0)
    for t in [0.0, 0.02, 0.1, 0.3, 0.6, 1] {
      for tolerance in [1e-2, 1e-4, 1e-6, 1e-8] {
        do {
          let clock = ContinuousClock()
          let start = clock.now
          let marginal = Marginal(mixture, try OrnsteinUhlenbeck(), at: t)
          let score = try ConstructedScore(marginal, tolerance: tolerance)
          let seconds = clock.now - start
          let x = probes(marginal, 300, seed: 1)
          let measured = largestDistance(score.network(x), marginal.score(x))
          print(
            sigma0, t, tolerance, score.network.hiddenLayers, score.network.weightCount,
            measured / score.certificate.scoreNorm, score.certificate.relativeErrorBound,
            score.certificate.errorBound / measured, score.network.largestMagnitude, seconds)
          for term in score.certificate.terms { print("   ", term.source, term.bound / score.certificate.scoreNorm) }
        } catch { print(sigma0, t, tolerance, error) }
      }
    }
  }
}
