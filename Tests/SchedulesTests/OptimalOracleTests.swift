import Arrays
import Foundation
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import TestSupport
import Testing

/// No general optimiser finds a grid more than 2 % better than the rule `optimal` on the same samples.
///
/// A few cases by default; FLOWDISTILL_ORACLE=full runs every mixture, sampler and n of the comparison
/// from ten starts each and prints a table.
@Suite struct OptimalOracleTests {
  static let isFull = ProcessInfo.processInfo.environment["FLOWDISTILL_ORACLE"] == "full"

  struct Case: Sendable, CustomTestStringConvertible {
    let mixture: String
    let sampler: String
    let segments: Int
    var testDescription: String { "\(mixture) \(sampler) \(segments)" }
  }

  static var cases: [Case] {
    guard isFull else {
      return [
        Case(mixture: "near", sampler: "euler", segments: 4),
        Case(mixture: "ring", sampler: "dpmpp-2m", segments: 6),
      ]
    }
    let only = ProcessInfo.processInfo.environment["FLOWDISTILL_ORACLE_ONLY"]
    var cases: [Case] = []
    for mixture in ["near", "far", "ring", "random"] {
      for sampler in ["euler", "dpmpp-2m", "heun"] {
        for n in [4, 6, 8, 12] {
          let one = Case(mixture: mixture, sampler: sampler, segments: n)
          if only.map({ one.testDescription.contains($0) }) ?? true { cases.append(one) }
        }
      }
    }
    return cases
  }

  static func mixture(_ name: String) throws -> GaussianMixture {
    switch name {
    case "near": return try twoModes(at: 1, variance: 0.25, dimension: 2)
    case "far": return try twoModes(at: 1, variance: 4e-4, dimension: 2)
    case "ring":
      let means = (0..<8).map { k -> [Double] in
        let angle = 2 * Double.pi * Double(k) / 8
        return [.cos(angle), .sin(angle)]
      }
      return try GaussianMixture(
        weights: Array(repeating: 0.125, count: 8), means: Matrix(means),
        covariances: .spherical(Array(repeating: 0.0025, count: 8)))
    default:
      return try GaussianMixture(
        weights: Array(repeating: 0.1, count: 10),
        means: RandomStream(seed: 16).normals(rows: 10, columns: 16),
        covariances: .spherical(Array(repeating: 0.01, count: 10)))
    }
  }

  @Test(.serialized, arguments: cases)
  func isNotBeaten(_ test: Case) throws {
    let flow = ProbabilityFlow(
      try Self.mixture(test.mixture), try VarianceExploding(horizon: 80))
    var request = GridRequest(flow, segments: test.segments)
    request.end = 0.002
    request.samples = Self.isFull ? 1024 : 200
    request.sampler = try #require(FewStepSamplers.named(test.sampler))
    let clock = ContinuousClock()
    let begin = clock.now
    let grid = try OptimalRule.grid(request)
    let seconds = (clock.now - begin) / .seconds(1)
    let error = try OptimalRule.objective(request).error
    let oracle = try #require(grid.objective)
    #expect(error.value(along: grid.times) == oracle)

    let (first, last) = (Double.atan(80), Double.atan(0.002))
    func logError(_ logGaps: [Double]) -> Double {
      // A scale that no minimiser would find for itself, n − 1 unknowns and a fixed last one.
      let weights = (logGaps + [0]).map { Double.exp($0) }
      let total = weights.reduce(0, +)
      var angle = first
      var angles: [Double] = []
      for weight in weights.dropLast() {
        angle -= (first - last) * weight / total
        angles.append(angle)
      }
      let ends = [first] + angles + [last]
      guard zip(ends, ends.dropFirst()).allSatisfy({ $0 - $1 > 1e-12 }) else { return .infinity }
      return .log(error.value(interiorAngles: angles))
    }
    var best = Double.infinity
    var bestName = ""
    let budget = Self.isFull ? 150 * test.segments : 40 * test.segments
    for start in 0..<(Self.isFull ? 10 : 2) {
      let stream = RandomStream(seed: 77).substream(UInt64(start))
      // Uniform in angle, uniform in log σ̂ and the rest at random between the two.
      let share = start < 2 ? Double(start) : stream.uniforms(2)[0]
      let noise = stream.substream("noise").normals(rows: 1, columns: test.segments).elements
      let gaps = (0..<test.segments).map { k -> Double in
        let at = { (k: Int) -> Double in
          let u = Double(k) / Double(test.segments)
          let logarithmic = Double.atan(80 * .pow(0.002 / 80, u))
          return (1 - share) * (first + (last - first) * u) + share * logarithmic
        }
        return .log(at(k) - at(k + 1)) + (start < 2 ? 0 : 0.5 * noise[k])
      }
      let x = gaps.dropLast().map { $0 - gaps[test.segments - 1] }
      let runs = [
        ("nelder-mead", nelderMead(from: x, size: 0.5, evaluations: budget, logError)),
        (
          "cma-es",
          covarianceMatrixAdaptation(
            from: x, size: 0.5, evaluations: budget, seed: UInt64(start), logError)
        ),
      ]
      for (name, run) in runs where run.value < best { (best, bestName) = (run.value, name) }
    }
    let ratio = oracle / .exp(best)
    if Self.isFull {
      print(
        test.testDescription, "optimal", oracle, "best of others", Double.exp(best), bestName,
        "ratio", ratio, "seconds", seconds, "evaluations", grid.evaluations)
    }
    #expect(ratio <= 1.02)
  }
}
