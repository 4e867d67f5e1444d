import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import Stability
import TestSupport
import Testing

@Suite struct ProcessStabilityTests {
  private func flow(_ index: Int, _ mixture: GaussianMixture) throws -> ProbabilityFlow {
    let type = ProcessCatalog.all[index]
    return ProbabilityFlow(
      mixture,
      try type.init(
        parameters: type.parameterDefaults.map { $0.value }, horizon: type.defaultHorizon))
  }

  /// The closed form, with its total variation, against the integral of L.
  @Test(arguments: ProcessCatalog.all.indices, [0.01, 0.5, 1, 4])
  func closedFormIsTheIntegral(index: Int, variance: Double) throws {
    let flow = try flow(index, twoModes(at: 1.3, variance: variance, dimension: 2))
    let bound = StabilityBound(flow)
    let integral = bound.cumulativeByQuadrature()
    for share in [0.001, 0.1, 0.3, 0.5, 0.9, 1] {
      let t = share * flow.process.horizon
      #expect(agrees(bound.cumulative(t), integral(t), relative: 1e-9, absolute: 1e-12), "\(t)")
    }
  }

  /// No Jacobian of a sampled point exceeds the bounds, up to and at pure noise.
  @Test(arguments: ProcessCatalog.all.indices) func boundsHold(index: Int) throws {
    for mixture in [
      try twoModes(at: 1.3, variance: 0.2),
      try GaussianMixture(
        weights: [0.3, 0.7], means: Matrix(rows: 2, columns: 1, elements: [-2, 1]),
        covariances: .tied(Matrix(rows: 1, columns: 1, elements: [0.4]))),
    ] {
      let flow = try flow(index, mixture)
      let bound = StabilityBound(flow)
      for share in [0, 0.05, 0.3, 0.5, 0.8, 0.99, 1] {
        let t = share * flow.process.horizon
        var x = flow.marginal(at: t).sample(200, from: RandomStream(seed: 3))
        for i in 0..<40 { x[i, 0] = flow.process.alpha(t) * (Double(i) / 20 - 1) * 2.5 }
        for slope in flow.velocityJacobian(x, at: t).elements {
          let rounding = 1e-12 * (1 + abs(slope))
          #expect(abs(slope) <= bound.twoSided(t) + rounding, "\(flow.process.name) \(t)")
          #expect(-slope <= bound.oneSided(t) + rounding, "\(flow.process.name) \(t)")
        }
      }
    }
  }

  /// N(0, c²I) in EDM's variables: L = σ/(c² + σ²) and ∫L = ½ log((c² + σ²)/c²).
  @Test func oneGaussianUnderEDM() throws {
    let c = 0.7
    let bound = StabilityBound(
      ProbabilityFlow(
        try GaussianMixture(
          weights: [1], means: Matrix(rows: 1, columns: 3, elements: [0, 0, 0]),
          covariances: .spherical([c * c])), try VarianceExploding(horizon: 80)))
    for sigma in [0.001, 0.3, 2, 80] {
      #expect(agrees(bound.twoSided(sigma), sigma / (c * c + sigma * sigma), relative: 1e-13))
      #expect(
        agrees(
          bound.cumulative(sigma), 0.5 * .log(onePlus: sigma * sigma / (c * c)), relative: 1e-12))
    }
  }

  /// The variance-preserving flow of N(0, I) stands still.
  @Test func unitGaussianUnderVP() throws {
    for index in [1, 2, 3] {
      let flow = try flow(
        index,
        try GaussianMixture(
          weights: [1], means: Matrix(rows: 1, columns: 2, elements: [0, 0]),
          covariances: .spherical([1])))
      let bound = StabilityBound(flow)
      for t in [0, 0.2, 0.7, 1] {
        #expect(bound.twoSided(t) < 1e-13 && bound.cumulative(t) < 1e-13)
      }
      let grid = try StabilityRule.grid(for: flow, segments: 4)
      #expect(grid.note != nil && grid.times == [1, 0.75, 0.5, 0.25, 0])
    }
  }

  /// One flow in different clothes: the typical certificate in x/α does not depend on the process.
  @Test func typicalAmplificationIsShared() throws {
    let mixture = try twoModes(at: 1.3, variance: 0.2, dimension: 2)
    let values = try ProcessCatalog.all.indices.map { index in
      let flow = try flow(index, mixture)
      let from = try #require(flow.process.time(atNoiseLevel: 3))
      return InformationCertificate(flow).typicalLogAmplification(from: from, to: 0)
        + .log(flow.process.alpha(from))
    }
    for value in values { #expect(agrees(value, values[0], relative: 1e-10)) }
  }
}
