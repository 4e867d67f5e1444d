import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import TestSupport
import Testing

@Suite struct SamplerGradientTests {
  /// The gradient in the grid's angles against central differences of the value, for every sampler and
  /// type of covariance.
  @Test(arguments: FewStepSamplers.all.map { $0.name }, CovarianceType.allCases)
  func gradientIsTheDerivative(name: String, type: CovarianceType) throws {
    let sampler = try #require(FewStepSamplers.named(name))
    for seed in 0..<3 {
      let test = try RandomCase(seed, type)
      // The last process begins at α = 0.
      let process: any ForwardProcess = seed < 2 ? test.process : try RectifiedFlow()
      let flow = ProbabilityFlow(test.mixture, process)
      let horizon = process.horizon
      let x = flow.marginal(at: horizon).sample(70, from: test.stream)
      let end = seed == 1 ? 0.01 * horizon : 0
      let y = Teacher(flow).transport(x, from: horizon, to: end).states
      let error = EndPointError(flow, sampler, from: x, at: horizon, to: y, at: end)
      let times = [1, 0.75, 0.5, 0.35, 0.2, 0.1].map { $0 * horizon } + [end]
      let angles = times.dropFirst().dropLast().map { NoiseLevel(process, at: $0).angle }
      let gradient = error.gradient(interiorAngles: angles)
      #expect(agrees(gradient.value, error.value(interiorAngles: angles), relative: 1e-12))
      #expect(agrees(gradient.value, error.value(along: times), relative: 1e-9))
      let scale = norm(gradient.angles)
      for k in angles.indices {
        func value(_ step: Double) -> Double {
          var moved = angles
          moved[k] += step
          return error.value(interiorAngles: moved)
        }
        // Two central differences, extrapolated: their error is O(h⁴).
        let h = 5e-4 * min(angles[k], 0.5 * .pi - angles[k])
        let coarse = (value(h) - value(-h)) / (2 * h)
        let fine = (value(h / 2) - value(-h / 2)) / h
        let expected = (4 * fine - coarse) / 3
        #expect(
          abs(gradient.angles[k] - expected) <= 1e-6 * scale,
          "\(name) \(type) seed \(seed) angle \(k): \(gradient.angles[k]) for \(expected)")
      }
    }
  }
}
