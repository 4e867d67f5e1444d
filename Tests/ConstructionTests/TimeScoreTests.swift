import Arrays
import Construction
import Foundation
import Mixtures
import Networks
import RealModule
import Testing

@Suite struct TimeScoreTests {
  /// CONSTRUCTION_SEEDS asks for more mixtures.
  static let seeds = Int(ProcessInfo.processInfo.environment["CONSTRUCTION_SEEDS"] ?? "") ?? 6

  /// Measured ≤ certified ≤ asked in L^1, L^2 and L^4 at all times, relative and absolute.
  @Test(arguments: 0..<seeds) func theCertificateHolds(seed: Int) throws {
    let mixture = try sharedMixture(seed: UInt64(seed), type: 0)
    let process = try OrnsteinUhlenbeck(
      beta: [5, 1, 3][seed % 3], sigmaInfinity: seed % 4 == 3 ? 1.5 : 1)
    for tolerance in [1e-2, 1e-4, 1e-6] {
      for relative in [true, false] {
        let score = try ConstructedTimeScore(
          mixture, process, from: seed % 2 == 0 ? 0 : 0.01, tolerance: tolerance,
          relative: relative)
        let measured = MeasuredTimeError(
          score.network, mixture, process, times: score.certificate.times, samples: 200,
          random: RandomStream(seed: UInt64(seed)))
        #expect(score.certificate.errorBound <= tolerance)
        for row in measured.rows {
          for (n, error) in row.errors.enumerated() {
            #expect(error / (relative ? row.norms[n] : 1) <= score.certificate.bounds[n])
          }
        }
        #expect(score.network.neuronCount(.identity) == 0)
        #expect(measured.largest(relative: relative) > 0)
        if Self.seeds > 6 {
          print(
            "time", seed, tolerance, relative, score.network.hiddenLayers,
            score.network.weightCount, score.network.largestMagnitude,
            score.certificate.errorBound / measured.largest(relative: relative))
        }
      }
    }
  }

  @Test(arguments: [1, 0.1, 0.01]) func thePaperMixtureIsSmall(sigma0: Double) throws {
    let mixture = try GaussianMixture.paper(seed: 0, sigma0: sigma0)
    let process = try OrnsteinUhlenbeck()
    let score = try ConstructedTimeScore(mixture, process, tolerance: 1e-6)
    let measured = MeasuredTimeError(
      score.network, mixture, process, times: 0...1, samples: 100, random: RandomStream(seed: 1))
    #expect(score.certificate.errorBound <= 1e-6)
    #expect(measured.largest(relative: true) <= score.certificate.errorBound)
    #expect(score.network.hiddenLayers <= 32)
    #expect(score.network.weightCount <= 15_000)
  }

  /// Where rounding in evaluation exceeds the certificate, 32 digits stay below it.
  @Test func exactArithmeticObeysTheCertificate() throws {
    let mixture = try GaussianMixture.paper(seed: 0, sigma0: 0.01)
    let process = try OrnsteinUhlenbeck()
    let score = try ConstructedTimeScore(mixture, process, tolerance: 1e-8)
    let measured = MeasuredTimeError(
      score.network, mixture, process, times: 0...1, count: 5, samples: 20, exactSamples: 20,
      random: RandomStream(seed: 1))
    #expect(measured.largest(relative: true) > score.certificate.errorBound)
    for (error, bound) in zip(
      measured.powers(\.exactErrors, relative: true), score.certificate.bounds)
    {
      #expect(error <= bound)
      #expect(error > 0)
    }
  }

  /// A network of few digits gives the same in double and in double-double arithmetic.
  @Test func doubleDoubleEvaluatesTheSameNetwork() throws {
    let mixture = try sharedMixture(seed: 3, type: 0)
    let score = try ConstructedScore(
      Marginal(mixture, OrnsteinUhlenbeck(), at: 0.3), tolerance: 1e-3)
    let x = Marginal(mixture, try OrnsteinUhlenbeck(), at: 0.3).sample(
      30, from: RandomStream(seed: 4))
    let (plain, fine) = (score.network(x), score.network.inDoubleDouble(x))
    for (a, b) in zip(plain.elements, fine.elements) { #expect(abs(a - b) <= 1e-9 * (1 + abs(b))) }
    #expect(plain.elements != fine.elements)
  }
}
