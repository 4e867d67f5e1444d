import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import Stability
import TestSupport
import Testing

private func gaussian(_ variance: Double) throws -> GaussianMixture {
  try GaussianMixture(
    weights: [1], means: Matrix([[0.4, -1, 2]]), covariances: .spherical([variance]))
}

/// Four processes that reach noise level 2 at a finite x/α.
private func processes() throws -> [any ForwardProcess] {
  [
    try OrnsteinUhlenbeck(), try LinearVariancePreserving(parameters: [0.1, 20], horizon: 1),
    try VarianceExploding(horizon: 80), try RectifiedFlow(horizon: 0.9),
  ]
}

/// N(0, c²I) in EDM's variables under every process: L = σ/(c² + σ²) per noise level σ, and
/// ∫L = ½ log((c² + σ²)/c²).
@Test(arguments: [0.25, 1, 3]) func oneGaussianInEDMVariables(c: Double) throws {
  for process in try processes() {
    let bound = StabilityBound(ProbabilityFlow(try gaussian(c * c), process), state: .edm)
    for level in [0.01, 0.4, 2] {
      let t = try #require(process.time(atNoiseLevel: level))
      let sigma = process.noiseLevel(t)
      // dσ/dt = ½ (σ²/α²)'/σ.
      let (alpha, slope) = (process.alpha(t), process.alphaDerivative(t))
      let speed =
        (process.sigmaSquaredDerivative(t) / 2 - process.sigmaSquared(t) * slope / alpha)
        / (alpha * alpha * sigma)
      let expected = sigma / (c * c + sigma * sigma) * speed
      #expect(agrees(bound.twoSided(t), expected, relative: 1e-11), "\(process.name)")
      #expect(agrees(bound.sharpTwoSided(t), expected, relative: 1e-11))
      #expect(agrees(bound.oneSided(t), -expected, relative: 1e-11))
      let integral = 0.5 * Double.log(onePlus: sigma * sigma / (c * c))
      #expect(agrees(bound.cumulative(t), integral, relative: 1e-9), "\(process.name)")
      #expect(agrees(bound.sharpCumulative(t), integral, relative: 1e-7), "\(process.name)")
      #expect(agrees(bound.logAmplification(from: t, to: 0), -integral, relative: 1e-9))
    }
  }
}

/// In variance-preserving variables N(0, I) stands still under every process.
@Test func theUnitGaussianStandsStill() throws {
  for process in try processes() + [try RectifiedFlow(horizon: 1)] {
    let flow = ProbabilityFlow(try gaussian(1), process)
    let bound = StabilityBound(flow, state: .vp)
    for share in [0, 0.1, 0.7, 1] {
      let t = share * process.horizon
      #expect(bound.twoSided(t) == 0 && bound.sharpTwoSided(t) == 0, "\(process.name)")
      #expect(abs(bound.cumulative(t)) < 1e-12 && bound.sharpCumulative(t) == 0)
      #expect(abs(bound.logAmplification(from: t, to: 0)) < 1e-12)
    }
    let measured = try MeasuredStability(flow, times: [0.3], state: .vp, samples: 5, seed: 0)
    #expect(measured.norm.integral.value == 0 && abs(measured.amplification.mean.value) < 1e-9)
  }
}

/// peers.md 1.4 (Callaert 2026): ∫ E‖J‖² dt from N(0, 1) to N(0, 4) is 5π/8 − 1 on the straight path and
/// π²/16 on the circular one, where the state runs from noise N(0, 1) to data N(0, 4).
@Test func squaredRatesOfTwoPaths() throws {
  let straight = StabilityBound(ProbabilityFlow(try gaussian(4), try RectifiedFlow(horizon: 1)))
  let circle = StabilityBound(ProbabilityFlow(try gaussian(4), Circle()))
  func integral(_ bound: StabilityBound) -> Double {
    let panels = 2000
    return (0..<panels).reduce(0) { sum, i in
      func square(_ u: Double) -> Double {
        let rate = bound.sharpTwoSided((Double(i) + u) / Double(panels))
        return rate * rate
      }
      return sum + (square(0) + 4 * square(0.5) + square(1)) / (6 * Double(panels))
    }
  }
  #expect(abs(integral(straight) - (5 * Double.pi / 8 - 1)) < 1e-9)
  #expect(abs(integral(circle) - Double.pi * Double.pi / 16) < 1e-9)
}

/// α = cos(πt/2), σ = sin(πt/2).
private struct Circle: ForwardProcess {
  let name = "circle"
  let parameters: [(name: String, value: Double)] = []
  let horizon = 1.0
  func alpha(_ t: Double) -> Double { .cos(.pi * t / 2) }
  func alphaDerivative(_ t: Double) -> Double { -.pi / 2 * .sin(.pi * t / 2) }
  func sigmaSquared(_ t: Double) -> Double { .pow(.sin(.pi * t / 2), 2) }
  func sigmaSquaredDerivative(_ t: Double) -> Double {
    .pi * .sin(.pi * t / 2) * .cos(.pi * t / 2)
  }
}
