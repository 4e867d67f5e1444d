import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import TestSupport
import Testing

@Suite struct SamplerOrderTests {
  /// The order of convergence, from errors at h and h/2 on grids between finite levels: equal steps of σ̂, and
  /// steps of log σ̂ that grow from O(h²), with which Euler's first step adds no more than O(h⁴).
  ///
  /// DPM-Solver++(3M) as published and iPNDM on unequal steps are of order 2, whatever the start. UniPC's
  /// corrector lifts its order by one; its first step leaves a small term of order 3.
  @Test(arguments: [
    ("euler", 0.9...1.1, 0.9...1.1), ("heun", 1.9...2.1, 1.9...2.1), ("rk4", 3.8...4.2, 3.8...4.2),
    ("dpmpp-2m", 1.9...2.1, 1.9...2.1), ("dpmpp-3m", 1.9...2.1, 1.9...2.1),
    ("unipc", 2.9...4.2, 3.8...4.2), ("ipndm", 1.9...2.1, 1.9...2.1),
  ])
  func slope(name: String, uniform: ClosedRange<Double>, graded: ClosedRange<Double>) throws {
    let sampler = try #require(FewStepSamplers.named(name))
    let flow = ProbabilityFlow(
      try SamplerVectors.load().mixture(), try VarianceExploding(horizon: 10))
    let x = flow.marginal(at: 3).sample(40, from: RandomStream(seed: 4))
    let y = try Teacher(flow, tolerance: 1e-14).transport(x, from: 3, to: 1).orThrow().states
    let error = EndPointError(flow, sampler, from: x, at: 3, to: y, at: 1)
    func measured(_ grid: (Double) -> Double) -> Double {
      let errors = [96, 192].map { n in
        var times = (0...n).map { grid(Double($0) / Double(n)) }
        (times[0], times[n]) = (3, 1)
        return error.value(along: times).squareRoot()
      }
      return .log(errors[0] / errors[1]) / .log(2)
    }
    #expect(uniform.contains(measured { 3 - 2 * $0 }))
    let slope = measured { 3 * .pow(1 / 3, $0 * $0) }
    #expect(graded.contains(slope), "\(slope)")
  }
}
