import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import Stability
import TestSupport
import Testing

/// A in closed form against the integral of L written out for the Ornstein–Uhlenbeck process.
@Test func theClosedFormIsTheIntegral() throws {
  for seed in 0..<60 {
    let u = RandomStream(seed: 90).substream(UInt64(seed)).uniforms(6)
    let (beta, infinity, horizon) = (0.3 + 8 * u[0], 0.2 + 3 * u[1], 0.2 + 2 * u[2])
    let sigma0 = Double.exp(-7 + 8 * u[3])
    let half = 5 * u[4]
    let process = try OrnsteinUhlenbeck(beta: beta, sigmaInfinity: infinity, horizon: horizon)
    let bound = StabilityBound(
      ProbabilityFlow(try twoModes(at: half, variance: sigma0 * sigma0), process))
    func rate(_ t: Double) -> Double {
      let a2 = Double.exp(-2 * beta * t)
      let i2 = infinity * infinity
      let s2 = a2 * sigma0 * sigma0 - i2 * .expMinusOne(-2 * beta * t)
      // 1 − σ∞²/s² without cancellation.
      let stretch = a2 * abs(sigma0 * sigma0 - i2) / s2
      return beta * (stretch + i2 * a2 * 4 * half * half / (4 * s2 * s2))
    }
    let quadrature = bound.cumulativeByQuadrature()
    for fraction in [0.01, 0.3, 1] {
      let t = fraction * horizon
      let expected = simpson(to: t, layer: min(t, 0.1 * sigma0 * sigma0 / beta), rate)
      // L is a sum of terms of size β: where they cancel it is good to their rounding.
      #expect(
        agrees(bound.twoSided(t), rate(t), relative: 1e-12, absolute: 1e-15 * beta),
        "seed \(seed), L(\(t))")
      #expect(agrees(bound.cumulative(t), expected, relative: 1e-9), "seed \(seed), A(\(t))")
      #expect(agrees(quadrature(t), expected, relative: 1e-9), "seed \(seed), ∫L to \(t)")
    }
    #expect(bound.cumulative(0) == 0)
  }
}

/// ‖∇v‖ ≤ L and λ_max(−∇v) ≤ ℓ wherever one looks.
@Test(arguments: [true, false])
func noJacobianExceedsTheBounds(_ isotropic: Bool) throws {
  var closest = 0.0
  for seed in 0..<25 {
    let c = try SharedCase(seed, isotropic: isotropic)
    let bound = StabilityBound(c.flow)
    #expect(agrees(bound.diameter, c.diameter, relative: 1e-12))
    let d = c.flow.mixture.dimension
    for fraction in [0, 0.02, 0.1, 0.4, 1] {
      let t = fraction * c.process.horizon
      let jacobians = c.flow.velocityJacobian(c.probes(at: t), at: t)
      for i in 0..<jacobians.rows {
        let matrix = Matrix(rows: d, columns: d, elements: Array(jacobians[row: i]))
        let values = try #require(SymmetricEigen(matrix)).values
        let (least, greatest) = (values[0], values[d - 1])
        let spectral = max(abs(least), abs(greatest))
        #expect(spectral <= bound.twoSided(t) * (1 + 1e-11), "seed \(seed), t = \(t)")
        #expect(-least <= bound.oneSided(t) + 1e-11 * bound.twoSided(t), "seed \(seed), t = \(t)")
        if c.flow.mixture.componentCount > 1, bound.oneSided(t) > 0 {
          closest = max(closest, -least / bound.oneSided(t))
        }
      }
    }
  }
  // Bounds that nothing comes near would prove little.
  #expect(closest > 0.9, "at most \(closest) of the one-sided bound")
}

/// Two equal modes attain the bounds at their midpoint: the one-sided always, the two-sided where
/// σ_0 ≥ σ∞, so that both terms push in one direction.
@Test func theBoundsAreAttainedBetweenTwoModes() throws {
  for sigma0 in [0.4, 1, 1.7] {
    let process = try OrnsteinUhlenbeck()
    let flow = ProbabilityFlow(try twoModes(at: 1.3, variance: sigma0 * sigma0), process)
    let bound = StabilityBound(flow)
    for t in [0, 0.05, 0.3, 1] {
      let slope = flow.velocityJacobian(Matrix([[0]]), at: t)[0, 0]
      #expect(agrees(-slope, bound.oneSided(t), relative: 1e-11, absolute: 1e-12))
      if sigma0 >= 1 { #expect(agrees(-slope, bound.twoSided(t), relative: 1e-11)) }
    }
    let teacher = Teacher(flow, tolerance: 1e-13)
    let step = 1e-6
    for (t, s) in [(1.0, 0.0), (0.5, 0.1)] {
      let y = teacher.transport(Matrix([[step], [-step]]), from: t, to: s).states
      let measured = Double.log((y[0, 0] - y[1, 0]) / (2 * step))
      #expect(abs(measured - bound.logAmplification(from: t, to: s)) < 1e-7, "\(sigma0), \(t)")
    }
  }
}

/// No pair of points is driven apart by more than the certificate, near or far, down or up.
@Test(arguments: [true, false])
func noPairIsDrivenApartByMoreThanTheCertificate(_ isotropic: Bool) throws {
  for seed in 0..<12 {
    let c = try SharedCase(seed, isotropic: isotropic)
    let (bound, teacher) = (StabilityBound(c.flow), Teacher(c.flow, tolerance: 1e-12))
    let horizon = c.process.horizon
    for (t, s) in [(horizon, 0), (0.5 * horizon, 0.05 * horizon), (0, horizon), (0.1, 0.3)] {
      let x = c.probes(at: t)
      let direction = c.stream.substream("direction").normals(rows: x.rows, columns: x.columns)
      let start = teacher.transport(x, from: t, to: s).states
      for size in [1e-4, 1] {
        var moved = x
        for i in x.elements.indices { moved.elements[i] += size * direction.elements[i] }
        let end = teacher.transport(moved, from: t, to: s).states
        for i in 0..<x.rows {
          let quotient =
            distance(start[row: i], end[row: i]) / distance(x[row: i], moved[row: i])
          let limit = bound.logAmplification(from: t, to: s)
          #expect(.log(quotient) <= limit + 1e-6, "seed \(seed), \(t) to \(s)")
          // The two-sided certificate is never the smaller one.
          let twoSided = abs(bound.cumulative(t) - bound.cumulative(s))
          #expect(limit <= twoSided * (1 + 1e-9) + 1e-9)
        }
      }
    }
  }
}

/// Up the noise no mixture stretches by more than its own spread grows: s_t/σ_0.
@Test func upTheNoiseTheMeansDoNotMatter() throws {
  let process = try OrnsteinUhlenbeck(beta: 2, sigmaInfinity: 1.4, horizon: 1)
  let bound = StabilityBound(
    ProbabilityFlow(try twoModes(at: 50, variance: 0.09), process))
  let variance = 0.09 * Double.exp(-4) + 1.96 * (1 - .exp(-4))
  let stretch = 0.5 * Double.log(variance / 0.09)
  #expect(agrees(bound.logAmplification(from: 0, to: 1), stretch, relative: 1e-12))
  #expect(bound.logAmplification(from: 0.4, to: 0.4) == 0)
}
