import Arrays
import Construction
import Mixtures
import Networks
import ProbabilityFlow
import RealModule
import Testing

@Suite struct FlowMapTests {
  /// ‖step − Φ‖ in L² over the law at the step's start stays below the certificate's part for it,
  /// with exact velocities; and the certificate's network part covers what the network adds.
  @Test(arguments: 0..<6) func oneStepStaysBelowItsBound(seed: Int) throws {
    let mixture = try sharedMixture(seed: UInt64(seed), type: 0)
    let process: any ForwardProcess =
      seed % 2 == 0 ? try OrnsteinUhlenbeck() : try RectifiedFlow()
    let places = RandomStream(seed: UInt64(seed)).substream("times").uniforms(2)
    let flow = ProbabilityFlow(mixture, process)
    for rule in FlowMapRule.allCases {
      for length in [0.02, 0.2] {
        let start = 0.1 + 0.9 * places[0]
        let times = [start, start * (1 - length)]
        let map = try ConstructedFlowMap(
          mixture, process, times: times, rule: rule, tolerance: 1e-5)
        let x = flow.marginal(at: start).sample(
          400, from: RandomStream(seed: UInt64(seed)).substream("x"))
        let steps = PlainFlowMap(mixture, process, times: times)
        let exact = try Teacher(flow, tolerance: 1e-12).transport(x, from: times[0], to: times[1])
          .orThrow().states
        let plain = steps.transport(x, rule)
        let quadrature = rootMeanSquare(plain, exact)
        #expect(quadrature <= map.certificate.quadrature)
        #expect(quadrature > 0)
        #expect(largest(map.network(x), plain) <= map.certificate.network + 1e-12)
      }
    }
  }

  /// The network is the composition that plain code computes, to what networks may add.
  @Test(arguments: 0..<4) func theNetworkIsTheComposition(seed: Int) throws {
    let mixture = try sharedMixture(seed: UInt64(seed + 20), type: 0)
    let process = try OrnsteinUhlenbeck(beta: 2, sigmaInfinity: seed % 2 == 0 ? 1 : 0.8)
    for rule in FlowMapRule.allCases {
      let times = [1, 0.6, 0.35, 0.1, 0.01]
      let map = try ConstructedFlowMap(
        mixture, process, times: times, rule: rule, tolerance: 1e-9)
      let x = ProbabilityFlow(mixture, process).marginal(at: 1).sample(
        200, from: RandomStream(seed: 3))
      let plain = PlainFlowMap(mixture, process, times: times).transport(x, rule)
      #expect(largest(map.network(x), plain) <= map.certificate.network + 1e-11)
      // Far beyond p_T the composition still holds.
      var far = x
      for i in far.elements.indices { far.elements[i] *= 20 }
      let distance = largest(
        map.network(far), PlainFlowMap(mixture, process, times: times).transport(far, rule))
      #expect(distance <= map.certificate.network + 1e-9)
      #expect(map.network.neuronCount(.identity) == 0)
      #expect(map.stages.count == 4)
      #expect((map.stages.last?.layers.upperBound ?? 0) <= map.network.hiddenLayers + 1)
    }
  }

  /// Measured ≤ certified, components of unequal weight included.
  @Test(arguments: 0..<4) func theCertificateHolds(seed: Int) throws {
    let mixture = try sharedMixture(seed: UInt64(seed + 40), type: 0)
    let process = try OrnsteinUhlenbeck()
    for rule in FlowMapRule.allCases {
      for tolerance in [1e-2, 1e-5] where rule != .heun || tolerance < 1e-3 {
        let times = ConstructedFlowMap.defaultTimes(
          mixture, process, segments: 5, rule: rule, tolerance: tolerance)
        let map = try ConstructedFlowMap(
          mixture, process, times: times, rule: rule, tolerance: tolerance)
        let measured = try MeasuredFlowMap(
          map.network, ProbabilityFlow(mixture, process), from: 1, to: 0, samples: 300,
          random: RandomStream(seed: UInt64(seed)))
        #expect(measured.error <= map.certificate.errorBound)
        #expect(measured.error > 0)
        #expect(map.certificate.errorBound <= map.certificate.trivialBound)
      }
    }
  }

  /// Errors fall with the step as the rule's order says: 1, 2 and 4.
  @Test(arguments: zip(FlowMapRule.allCases, [1.0, 2, 4])) func theOrderIsTheRules(
    rule: FlowMapRule, order: Double
  ) throws {
    let mixture = try triangle()
    let process = try OrnsteinUhlenbeck()
    func error(_ n: Int) throws -> Double {
      let map = try ConstructedFlowMap(
        mixture, process, times: evenInRatio(mixture, process, n), rule: rule, tolerance: 1e-10)
      return try MeasuredFlowMap(
        map.network, ProbabilityFlow(mixture, process), from: 1, to: 0, samples: 200,
        random: RandomStream(seed: 5)
      ).error
    }
    let slope = Double.log(try error(12) / error(24)) / .log(2)
    #expect(abs(slope - order) < 0.35, "order \(slope)")
  }

  /// Three modes at radius 1: small, certified and accurate to 1e-3.
  @Test func theTriangleIsCertified() throws {
    let (mixture, process) = (try triangle(), try OrnsteinUhlenbeck())
    let times = ConstructedFlowMap.defaultTimes(
      mixture, process, segments: 8, rule: .rk4, tolerance: 3e-4)
    let map = try ConstructedFlowMap(mixture, process, times: times, rule: .rk4, tolerance: 3e-4)
    let measured = try MeasuredFlowMap(
      map.network, ProbabilityFlow(mixture, process), from: 1, to: 0, samples: 2000,
      random: RandomStream(seed: 1))
    #expect(!map.certificate.isVacuous)
    #expect(measured.error <= 1e-3)
    #expect(map.network.hiddenLayers <= 700)
    #expect(map.network.weightCount <= 25_000)
  }

  /// Twenty separated modes: the worst case says nothing, and the certificate says so.
  @Test func aVacuousCertificateIsFlagged() throws {
    let (mixture, process) = (
      try GaussianMixture.paper(seed: 0, sigma0: 1), try OrnsteinUhlenbeck()
    )
    let times = ConstructedFlowMap.defaultTimes(
      mixture, process, segments: 9, rule: .rk4, tolerance: 1e-4)
    let map = try ConstructedFlowMap(mixture, process, times: times, rule: .rk4, tolerance: 1e-4)
    #expect(map.certificate.isVacuous)
    #expect(map.certificate.errorBound == map.certificate.trivialBound)
    #expect(times.count == 10)
    #expect(map.network.hiddenLayers <= 650)
    #expect(map.network.weightCount <= 260_000)
    let measured = try MeasuredFlowMap(
      map.network, ProbabilityFlow(mixture, process), from: 1, to: 0, samples: 100,
      random: RandomStream(seed: 1))
    #expect(measured.relativeMSE <= 1e-5)
  }

  /// One mode, or all means in one place: an affine network, exact.
  @Test func equalMeansMakeAnAffineMap() throws {
    let mixture = try GaussianMixture(
      weights: [0.3, 0.7], means: Matrix([[1, 2], [1, 2]]), covariances: .spherical([0.25, 0.25]))
    let process = try OrnsteinUhlenbeck()
    let times = ConstructedFlowMap.defaultTimes(
      mixture, process, segments: 5, rule: .heun, tolerance: 1e-3)
    let map = try ConstructedFlowMap(mixture, process, times: times, rule: .heun, tolerance: 1e-3)
    let measured = try MeasuredFlowMap(
      map.network, ProbabilityFlow(mixture, process), from: 1, to: 0, samples: 50,
      random: RandomStream(seed: 1))
    #expect(measured.error <= 1e-7)
    #expect(map.certificate.errorBound <= 1e-13)
    #expect(!map.certificate.isVacuous)
    #expect(map.network.hiddenLayers == 0)
  }

  @Test func otherCovariancesAreRefused() throws {
    let mixture = try sharedMixture(seed: 1, type: 2)
    #expect(throws: ConstructionError.anisotropicCovariance) {
      try ConstructedFlowMap(
        mixture, OrnsteinUhlenbeck(), times: [1, 0], rule: .euler, tolerance: 1e-3)
    }
    #expect(throws: ConstructionError.badTolerance(0)) {
      try ConstructedFlowMap(
        self.triangle(), OrnsteinUhlenbeck(), times: [1, 0], rule: .euler, tolerance: 0)
    }
  }

  /// The limit covers the truth where three wrong modes are expected, and is the normal one where
  /// all samples contribute.
  @Test func theUpperLimitCoversRareErrors() {
    let (runs, samples, rate) = (400, 1000, 0.003)
    var (covered, met) = (0, 0)
    for run in 0..<runs {
      let draws = RandomStream(seed: UInt64(run)).uniforms(samples).map { $0 < rate ? 2.0 : 0 }
      // Without any event nothing is known.
      guard draws.contains(2) else { continue }
      met += 1
      if RareErrorLimit.upper(draws) >= 2 * rate * Double(samples) { covered += 1 }
    }
    #expect(met > runs * 9 / 10 && covered >= met * 19 / 20)
    #expect(RareErrorLimit.upper([0, 0]) == 0)
    let many = RandomStream(seed: 1).uniforms(100_000)
    let spread = many.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let limit = RareErrorLimit.upper(many)
    #expect(abs(limit - many.reduce(0, +) - 1.645 * spread) < 0.05 * spread)
    // One event: 4.744 for Poisson's mean at 95 %.
    #expect(abs(RareErrorLimit.upper([0, 1, 0]) - 4.744) < 0.03)
  }

  private func triangle() throws -> GaussianMixture {
    let height = Double(3).squareRoot() / 2
    return try GaussianMixture(
      weights: [1, 1, 1].map { $0 / 3 },
      means: Matrix([[1, 0], [-0.5, height], [-0.5, -height]]),
      covariances: .spherical([0.09, 0.09, 0.09]))
  }

  private func evenInRatio(
    _ mixture: GaussianMixture, _ process: OrnsteinUhlenbeck, _ n: Int
  ) throws -> [Double] {
    let variance = mixture.covariance(0)[0, 0]
    func ratio(_ t: Double) -> Double {
      process.alpha(t)
        / (process.alpha(t) * process.alpha(t) * variance + process.sigmaSquared(t))
        .squareRoot()
    }
    return try (0...n).map { k in
      if k == n { return 0 }
      if k == 0 { return process.horizon }
      let r = ratio(process.horizon) + (ratio(0) - ratio(process.horizon)) * Double(k) / Double(n)
      return try #require(process.time(atNoiseLevel: (1 / (r * r) - variance).squareRoot()))
    }
  }

  private func largest(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
    lengths(a, b).reduce(0, max)
  }

  private func rootMeanSquare(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
    (lengths(a, b).reduce(0) { $0 + $1 * $1 } / Double(a.rows)).squareRoot()
  }

  private func lengths(_ a: Matrix<Double>, _ b: Matrix<Double>) -> [Double] {
    (0..<a.rows).map { n in
      zip(a[row: n], b[row: n]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }
  }
}
