import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import TestSupport
import Testing

@Suite struct SamplerOrderTests {
  /// The order of convergence, from errors at h and h/2 on grids between finite levels.
  ///
  /// Expected: the order of the first step, Euler's, limits the multistep methods with more to 2 unless the
  /// steps begin small. UniPC's corrector lifts its first step, and so all of it, by one.
  @Test(arguments: [
    ("euler", 1.0, 1.0), ("heun", 2, 2), ("rk4", 4, 4), ("dpmpp-2m", 2, 2), ("dpmpp-3m", 2, 2),
    ("unipc", 3, 3), ("ipndm", 2, 2),
  ])
  func slope(name: String, uniform: Double, logarithmic: Double) throws {
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
    let a = measured { 3 - 2 * $0 }
    let b = measured { 3 * .pow(1 / 3, $0) }
    print(name, a, b)
    #expect(abs(a - uniform) < 0.25)
    #expect(abs(b - logarithmic) < 0.25)
  }
}
