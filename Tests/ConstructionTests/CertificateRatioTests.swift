import Arrays
import Construction
import Foundation
import Mixtures
import Networks
import Testing

@Suite struct CertificateRatioTests {
  /// FLOWDISTILL_CONSTRUCTED=50 for the full count, then with 20,000 samples each and a table.
  static let count =
    ProcessInfo.processInfo.environment["FLOWDISTILL_CONSTRUCTED"].flatMap { Int($0) } ?? 3
  static var isFull: Bool { count >= 50 }

  /// Measured ≤ certified ≤ asked on mixtures in 1 to 16 dimensions with 2 to 12 components, at
  /// samples, out to 50 standard deviations and where two or three responsibilities are equal or
  /// nearly so; and the certificates are at most three times what was found, in the median.
  @Test func certificatesAreTight() throws {
    var ratios: [Double] = []
    for seed in 0..<Self.count {
      let mixture = try sharedMixture(
        seed: UInt64(500 + seed), type: seed % 3, dimensions: 16, components: 12)
      let time = [0.0, 0.03, 0.2, 0.6, 1][seed % 5]
      let marginal = Marginal(mixture, try OrnsteinUhlenbeck(), at: time)
      for tolerance in Self.isFull ? [1e-2, 1e-4, 1e-6, 1e-8] : [1e-2, 1e-5] {
        let ratio = try check(marginal, tolerance, UInt64(seed))
        if let ratio { ratios.append(ratio) }
        if Self.isFull {
          print("ratio", seed, mixture.dimension, mixture.componentCount, tolerance, ratio as Any)
        }
      }
    }
    ratios.sort()
    let median = ratios[ratios.count / 2]
    if Self.isFull { print("median", median, "of", ratios.count, "largest", ratios.last as Any) }
    #expect(median <= 3)
  }

  /// The certificate over the largest error found; nil where rounding makes it unreachable.
  private func check(_ marginal: Marginal, _ tolerance: Double, _ seed: UInt64) throws -> Double? {
    let random = RandomStream(seed: seed)
    guard let score = try? ConstructedScore(marginal, tolerance: tolerance) else {
      #expect(tolerance < 1e-7)
      return nil
    }
    let boundaries = try BoundaryPoints(marginal).points(Self.isFull ? 3000 : 200, random)
    let tied = largestError(score.network(boundaries), marginal.score(boundaries))
    let elsewhere = MeasuredError(
      score.network, marginal, samples: Self.isFull ? 20_000 : 300, random: random)
    let bound = score.certificate.errorBound
    #expect(score.certificate.relativeErrorBound <= tolerance)
    #expect(elsewhere.largest <= bound)
    #expect(tied <= bound)
    return bound / max(elsewhere.largest, tied)
  }

  private func largestError(_ found: Matrix<Double>, _ exact: Matrix<Double>) -> Double {
    var largest = 0.0
    for n in 0..<found.rows {
      var square = 0.0
      for a in 0..<found.columns {
        let difference: Double = found[n, a] - exact[n, a]
        square += difference * difference
      }
      largest = max(largest, square.squareRoot())
    }
    return largest
  }

  /// Most of the points are where they claim to be; at the others a further component exceeds.
  @Test func boundaryPointsAreOnBoundaries() throws {
    let mixture = try sharedMixture(seed: 3, type: 2)
    let marginal = Marginal(mixture, try OrnsteinUhlenbeck(), at: 0.02)
    let x = try BoundaryPoints(marginal).points(60, RandomStream(seed: 1))
    let gammas = marginal.responsibilities(x)
    var tied = 0
    for n in 0..<x.rows {
      let sorted: [Double] = gammas[row: n].sorted(by: >)
      if sorted[1] > sorted[0] * 0.049 { tied += 1 }
    }
    #expect(tied > 30)
  }

  /// Prints how much longer the network takes than the closed form, if asked for the full count.
  @Test(.enabled(if: isFull)) func costOfEvaluation() throws {
    let marginal = Marginal(try .paper(seed: 0), try OrnsteinUhlenbeck(), at: 0)
    let network = try ConstructedScore(marginal, tolerance: 1e-6).network
    let x = marginal.sample(1024, from: RandomStream(seed: 1))
    let clock = ContinuousClock()
    var (constructed, closed) = (Duration.seconds(1000), Duration.seconds(1000))
    for _ in 0..<20 {
      constructed = min(constructed, clock.measure { _ = network(x) })
      closed = min(closed, clock.measure { _ = marginal.score(x) })
    }
    print("evaluation", constructed, "closed form", closed, "ratio", constructed / closed)
    #expect(constructed / closed <= 30)
  }
}
