import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import Stability
import TestSupport
import Testing

/// Facts about the closed forms that need no reference program.
@Suite struct ClosedFormTests {
  private static func request(
    _ flow: ProbabilityFlow, _ n: Int, end: Double = 0, _ parameters: [String: Double] = [:]
  ) -> GridRequest {
    var request = GridRequest(flow, segments: n)
    (request.end, request.parameters) = (end, parameters)
    return request
  }

  private static func processes() throws -> [any ForwardProcess] {
    try ProcessCatalog.all.map {
      try $0.init(parameters: $0.parameterDefaults.map(\.value), horizon: $0.defaultHorizon)
    }
  }

  private static func gaussian(_ spread: Double) throws -> GaussianMixture {
    try GaussianMixture(
      weights: [1], means: Matrix([[0, 0]]), covariances: .spherical([spread * spread]))
  }

  /// One Euler step on N(0, c²I) multiplies by cos θ_to/cos θ_from · cos Δθ too much or little.
  @Test func arctanOnAGaussian() throws {
    let process = try VarianceExploding(horizon: 80)
    let flow = ProbabilityFlow(try ClosedFormTests.gaussian(0.5), process)
    for (n, published) in [(4, 0.0720), (8, 0.0202)] {
      let grid = try ArctanRule.grid(ClosedFormTests.request(flow, n, end: 0.002))
      let x = flow.marginal(at: 80).sample(50, from: RandomStream(seed: 4))
      let y = EulerSampler.run(flow, x, along: grid.times)
      let factor = ((0.25 + 0.002 * 0.002) / (0.25 + 6400)).squareRoot()
      var (error, whole) = (0.0, 0.0)
      for (a, b) in zip(y.elements, x.elements) {
        error += (a - factor * b) * (a - factor * b)
        whole += factor * b * factor * b
      }
      let angle = (Double.atan(160) - .atan(0.004)) / Double(n)
      let expected = 1 - Double.pow(.cos(angle), Double(n))
      #expect(abs(error / whole - expected * expected) < 1e-10)
      #expect(abs(error / whole - published) < 5e-5)
      // Moving one time either way is worse: the angles are optimal.
      for factor in [0.9, 1.1] {
        var times = grid.times
        times[n / 2] *= factor
        let product = zip(times, times.dropFirst()).reduce(1.0) {
          $0 * .cos(.atan(2 * $1.0) - .atan(2 * $1.1))
        }
        #expect((1 - product) * (1 - product) > expected * expected)
      }
    }
  }

  @Test func arctanTakesTheSpreadOfTheMixture() throws {
    // tr Cov/d = (0.3 + 0.3 + 4)/2 by hand, wherever the mean is.
    for shift in [0.0, 1e6] {
      let mixture = try GaussianMixture(
        weights: [0.5, 0.5], means: Matrix([[shift - 2, 5], [shift + 2, 5]]),
        covariances: .spherical([0.3, 0.3]))
      #expect(agrees(mixture.totalVariance, 4.6, relative: 1e-12))
      let flow = ProbabilityFlow(mixture, try OrnsteinUhlenbeck())
      let given = ["c": Double.sqrt(2.3)]
      #expect(
        largestDifference(
          try ArctanRule.grid(ClosedFormTests.request(flow, 6)).times,
          try ArctanRule.grid(ClosedFormTests.request(flow, 6, given)).times) < 1e-12)
    }
  }

  /// Two ways to the same grid.
  @Test func rulesThatCoincide() throws {
    let pairs: [(any GridRule.Type, [String: Double], any GridRule.Type, [String: Double])] = [
      (KLOptimalRule.self, [:], ArctanRule.self, ["c": 1]),
      (CosineRule.self, ["s": 0], ArctanRule.self, ["c": 1]),
      (PolyexponentialRule.self, [:], LogSNRRule.self, [:]),
      (FlowShiftRule.self, ["shift": 1], FlowUniformRule.self, [:]),
      (BetaLevelsRule.self, ["a": 1, "b": 1], KarrasRule.self, ["rho": 1]),
    ]
    for process in try ClosedFormTests.processes() {
      let flow = ProbabilityFlow(try twoModes(at: 1, variance: 0.1), process)
      for (first, own, second, other) in pairs {
        let a = try first.grid(ClosedFormTests.request(flow, 7, own))
        let b = try second.grid(ClosedFormTests.request(flow, 7, other))
        #expect(
          largestDifference(a.times, b.times) < 1e-12 * process.horizon,
          "\(first.name), \(second.name), \(process.name)")
      }
    }
  }

  @Test func uniformOfTheProcessItself() throws {
    let flow = ProbabilityFlow(try twoModes(at: 1, variance: 1), try OrnsteinUhlenbeck())
    func times(_ rule: any GridRule.Type, _ flow: ProbabilityFlow) throws -> [Double] {
      try rule.grid(for: flow, segments: 9).times
    }
    // σ_0 = σ∞: the stability rule is uniform in α².
    #expect(
      largestDifference(
        try times(StabilityRule.self, flow), try times(UniformAlphaSquaredRule.self, flow)) < 1e-10)
    let straight = ProbabilityFlow(flow.mixture, try RectifiedFlow())
    for rule in [FlowUniformRule.self, UniformAlphaRule.self] as [any GridRule.Type] {
      #expect(
        largestDifference(try times(rule, straight), try times(UniformRule.self, straight)) < 1e-12)
    }
    let linear = ProbabilityFlow(
      flow.mixture, try LinearVariancePreserving(parameters: [0.1, 20], horizon: 1))
    let request = ClosedFormTests.request(linear, 9, end: 0.001, ["beta_d": 19.9])
    var uniform = request
    uniform.parameters = [:]
    #expect(
      largestDifference(
        try VPTimeRule.grid(request).times, try UniformRule.grid(uniform).times) < 1e-12)
  }

  /// One segment is one segment, and a grid that ends above 0 ends exactly there.
  @Test func everyRuleUnderEveryProcess() throws {
    for process in try ClosedFormTests.processes() {
      let flow = ProbabilityFlow(try twoModes(at: 1, variance: 0.1), process)
      let end = 0.04 * process.horizon
      for rule in GridRules.all where rule.family == .closedForm {
        let one = try rule.grid(ClosedFormTests.request(flow, 1))
        #expect(one.times == [process.horizon, 0], "\(rule.name), \(process.name)")
        #expect(one.kind == .certificate)
        let other = try rule.grid(ClosedFormTests.request(flow, 1, end: end))
        #expect(other.times == [process.horizon, end], "\(rule.name), \(process.name)")
      }
    }
  }

  @Test func wrongParametersAreRefused() throws {
    let flow = ProbabilityFlow(try twoModes(at: 1, variance: 0.1), try OrnsteinUhlenbeck())
    let wrong: [(any GridRule.Type, String, Double)] = [
      (KarrasRule.self, "rho", 0), (KarrasRule.self, "sigma_min", 0),
      (KarrasRule.self, "sigma_min", 149), (KarrasRule.self, "sigma_max", 80),
      (KarrasRule.self, "rho", .nan), (KarrasRule.self, "row", 7), (ArctanRule.self, "c", -1),
      (PolyexponentialRule.self, "rho", -1), (CosineRule.self, "s", -0.1),
      (ImprovedDDPMRule.self, "steps", 0.5), (VPTimeRule.self, "epsilon", 1),
      (FlowShiftRule.self, "shift", 0), (LinearQuadraticRule.self, "threshold", 1),
      (LaplaceRule.self, "beta", 0), (BetaLevelsRule.self, "a", 0),
      (BetaTimestepsRule.self, "b", -2), (SimpleRule.self, "timesteps", 1),
      (SimpleRule.self, "beta_end", 1), (DiffusersLeadingRule.self, "steps_offset", 1000),
      (UniformRule.self, "rho", 7),
    ]
    for (rule, name, value) in wrong {
      let error = #expect(throws: ScheduleError.self, "\(rule.name) \(name) \(value)") {
        _ = try rule.grid(ClosedFormTests.request(flow, 5, [name: value]))
      }
      guard case .badParameter(rule.name, name, _) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    #expect(throws: ScheduleError.self) {
      _ = try KarrasRule.grid(ClosedFormTests.request(flow, 5, end: 0.1, ["sigma_min": 0.1]))
    }
  }

  /// Levels that the process does not have, and steps that repeat.
  @Test func gridsThatThereAreNotAreRefused() throws {
    let low = ProbabilityFlow(try twoModes(at: 1, variance: 0.1), try VarianceExploding(horizon: 5))
    let flow = try paperFlow()
    let cases: [(any GridRule.Type, GridRequest)] = [
      (AYSStableDiffusionRule.self, ClosedFormTests.request(low, 10)),
      (AYSStableVideoRule.self, ClosedFormTests.request(flow, 40)),
      (SimpleRule.self, ClosedFormTests.request(flow, 1200)),
      (BetaTimestepsRule.self, ClosedFormTests.request(flow, 900)),
      (LaplaceRule.self, ClosedFormTests.request(low, 100)),
    ]
    for (rule, request) in cases {
      let error = #expect(throws: ScheduleError.self, "\(rule.name)") {
        _ = try rule.grid(request)
      }
      guard case .unusable(rule.name, _) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }
}
