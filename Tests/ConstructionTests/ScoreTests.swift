import Arrays
import Construction
import Foundation
import Mixtures
import Networks
import RealModule
import Testing

@Suite struct ScoreTests {
  /// CONSTRUCTION_SEEDS asks for more mixtures, CONSTRUCTION_SAMPLES for more points.
  static let seeds = Int(ProcessInfo.processInfo.environment["CONSTRUCTION_SEEDS"] ?? "") ?? 12
  static let samples =
    Int(ProcessInfo.processInfo.environment["CONSTRUCTION_SAMPLES"] ?? "") ?? 300

  /// Measured ≤ certified ≤ asked, for every type of shared covariance, far out and between modes.
  @Test(arguments: 0..<seeds) func theCertificateHolds(seed: Int) throws {
    let mixture = try sharedMixture(seed: UInt64(seed), type: seed % 3)
    let process = try OrnsteinUhlenbeck()
    let marginal = Marginal(mixture, process, at: [0.0, 0.02, 0.2, 1][seed % 4])
    for tolerance in [1e-2, 1e-4, 1e-6] {
      let score = try ConstructedScore(marginal, tolerance: tolerance)
      let measured = MeasuredError(
        score.network, marginal, samples: Self.samples, random: RandomStream(seed: UInt64(seed)))
      #expect(score.certificate.relativeErrorBound <= tolerance)
      #expect(measured.largest <= score.certificate.errorBound)
      #expect(score.network.neuronCount(.identity) == 0)
      if Self.seeds > 12 {
        print(
          "ratio", seed, tolerance, score.network.hiddenLayers, score.network.weightCount,
          score.certificate.errorBound / measured.largest)
      }
    }
  }

  @Test func theNormOfTheScoreIsBoundedFromBelow() throws {
    for seed in 0..<9 {
      let mixture = try sharedMixture(seed: UInt64(seed), type: seed % 3)
      let marginal = Marginal(mixture, try OrnsteinUhlenbeck(), at: 0.05)
      let score = marginal.score(marginal.sample(20_000, from: RandomStream(seed: 1)))
      let squares = (0..<score.rows).map { score[row: $0].reduce(0) { $0 + $1 * $1 } }
      let mean = squares.reduce(0, +) / 20_000
      let bound = try ConstructedScore(marginal, tolerance: 0.1).certificate.scoreNorm
      // The spread of ‖s‖² is of the order of its mean: 20,000 samples know it to about 1 %.
      #expect(bound * bound <= mean * 1.05)
      #expect(bound * bound >= mean / 100)
    }
  }

  /// In L^p(p_t) the rounding of logits weighs only where modes overlap.
  @Test(arguments: ErrorNorm.allCases) func normsOverTheSamples(norm: ErrorNorm) throws {
    let process = try OrnsteinUhlenbeck()
    for seed in 0..<3 {
      let mixture = try sharedMixture(seed: UInt64(seed), type: seed % 3)
      let marginal = Marginal(mixture, process, at: 0.1)
      let score = try ConstructedScore(marginal, tolerance: 1e-5, norm: norm)
      let measured = MeasuredError(
        score.network, marginal, samples: Self.samples, random: RandomStream(seed: 7))
      #expect(score.certificate.relativeErrorBound <= 1e-5)
      #expect(measured.error(norm) <= score.certificate.errorBound)
    }
    guard norm != .uniform else { return }
    let sharp = Marginal(try .paper(seed: 0, sigma0: 0.01), process, at: 0)
    let score = try ConstructedScore(sharp, tolerance: 1e-8, norm: norm)
    let measured = MeasuredError(
      score.network, sharp, samples: Self.samples, random: RandomStream(seed: 7))
    #expect(measured.error(norm) <= score.certificate.errorBound)
  }

  @Test func thePaperMixtureIsSmall() throws {
    let mixture = try GaussianMixture.paper(seed: 0)
    let marginal = Marginal(mixture, try OrnsteinUhlenbeck(), at: 0)
    let score = try ConstructedScore(marginal, tolerance: 1e-6)
    #expect(score.network.hiddenLayers <= 16)
    #expect(score.network.weightCount <= 7500)
    #expect(score.certificate.growth < 1e-12)
  }

  @Test func oneComponentIsAffine() throws {
    let mixture = try GaussianMixture(
      weights: [1], means: Matrix([[1, 2]]), covariances: .spherical([0.25]))
    let marginal = Marginal(mixture, try OrnsteinUhlenbeck(), at: 0)
    let score = try ConstructedScore(marginal, tolerance: 1e-6)
    #expect(score.network.hiddenLayers == 0)
    #expect(score.network(Matrix([[0.0, 3]])) == Matrix([[4.0, -4]]))
    let end = Marginal(try .paper(seed: 0), try RectifiedFlow(), at: 1)
    #expect(try ConstructedScore(end, tolerance: 1e-6).network.hiddenLayers == 0)
  }

  @Test func impossibleRequestsAreRefused() throws {
    let process = try OrnsteinUhlenbeck()
    let sharp = Marginal(try .paper(seed: 0, sigma0: 0.01), process, at: 0)
    #expect(throws: ConstructionError.self) { try ConstructedScore(sharp, tolerance: 1e-8) }
    for bad in [0, -1, .nan, .infinity] {
      #expect(throws: ConstructionError.self) { try ConstructedScore(sharp, tolerance: bad) }
    }
  }
}
