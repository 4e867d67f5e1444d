import Arrays
import Formats
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import Stability
import TestSupport
import Testing

/// The segments carry equal parts of A, computed from the formula for the process.
@Test func stabilitySegmentsAreEqual() throws {
  for seed in 0..<20 {
    let c = try SharedCase(seed, isotropic: true)
    let variance = try #require(c.flow.mixture.sharedIsotropicVariance)
    let square = c.diameter * c.diameter
    func cumulative(_ t: Double) -> Double {
      let (alpha, s2) = (c.process.alpha(t), c.process.sigmaSquared(t))
      let spread = alpha * alpha * variance + s2
      return 0.5 * abs(Double.log(spread / variance))
        + square / 8 * (1 / variance - alpha * alpha / spread)
    }
    for n in [1, 2, 3, 16] {
      let grid = try StabilityRule.grid(for: c.flow, segments: n)
      #expect(grid.segmentCount == n && grid.kind == .certificate && grid.rule == "stability")
      #expect(grid.times[0] == c.process.horizon && grid.times[n] == 0)
      let share = cumulative(c.process.horizon) / Double(n)
      for (from, to) in grid.segments {
        #expect(agrees(cumulative(from) - cumulative(to), share, relative: 1e-9), "seed \(seed)")
      }
    }
  }
}

@Test(arguments: [true, false])
func informationSegmentsAreEqual(_ isotropic: Bool) throws {
  for seed in 0..<12 {
    let c = try SharedCase(seed, isotropic: isotropic)
    guard c.flow.mixture.componentCount > 1 else { continue }
    let certificate = InformationCertificate(c.flow)
    let grid = try InformationRule.grid(for: c.flow, segments: 5)
    let whole = certificate.profile(c.process.horizon) - certificate.profile(0)
    #expect(grid.rule == "information")
    for (from, to) in grid.segments {
      let part = certificate.profile(from) - certificate.profile(to)
      #expect(agrees(part, whole / 5, relative: 1e-8, absolute: 1e-10), "seed \(seed)")
    }
  }
}

@Test func theUniformRuleIsUniform() throws {
  let process = try OrnsteinUhlenbeck(horizon: 0.7)
  // It needs no bound, so unequal covariances are fine.
  let mixture = try RandomCase(1, .full).mixture
  for n in [1, 3, 10] {
    let times = try UniformRule.grid(for: ProbabilityFlow(mixture, process), segments: n).times
    #expect(times.count == n + 1 && times[0] == 0.7 && times[n] == 0)
    for k in 0...n { #expect(abs(times[k] - 0.7 * (1 - Double(k) / Double(n))) < 1e-15) }
  }
}

/// σ_0 = σ∞ in other units: t = −log(1 − q(1 − e^{−2βT}))/(2β).
@Test func equalVariancesGiveAGridUniformInAlphaSquared() throws {
  let process = try OrnsteinUhlenbeck(beta: 1.7, sigmaInfinity: 0.6, horizon: 2)
  let flow = ProbabilityFlow(try twoModes(at: 2, variance: 0.36, dimension: 2), process)
  let times = try StabilityRule.grid(for: flow, segments: 5).times
  for k in 0...5 {
    let q = 1 - Double(k) / 5
    #expect(abs(times[k] + .log(1 - q * (1 - .exp(-6.8))) / 3.4) < 1e-10)
  }
}

@Test func aRateThatVanishesGivesAUniformGridThatSaysSo() throws {
  let process = try OrnsteinUhlenbeck()
  let one = try GaussianMixture(
    weights: [1], means: Matrix([[3, 4]]), covariances: .spherical([1]))
  let flow = ProbabilityFlow(one, process)
  for rule in [StabilityRule.self, InformationRule.self] as [any GridRule.Type] {
    let grid = try rule.grid(for: flow, segments: 4)
    #expect(largestDifference(grid.times, [1, 0.75, 0.5, 0.25, 0]) < 1e-15)
    #expect(grid.note?.contains("uniform") == true)
  }
  #expect(try UniformRule.grid(for: flow, segments: 4).note == nil)
  #expect(try StabilityRule.grid(for: paperFlow(), segments: 4).note == nil)
}

@Test func anyDensityCanBeCut() throws {
  let flow = ProbabilityFlow(
    try twoModes(at: 1, variance: 1), try OrnsteinUhlenbeck(horizon: 2))
  let density = CumulativeDensity(kind: .estimate) { 5 + $0 * $0 }
  var request = GridRequest(flow, segments: 4)
  let grid = try TimeGrid.equalPartition(of: density, for: UniformRule.self, request)
  for k in 0...4 { #expect(abs(grid.times[k] - (4 - Double(k)).squareRoot()) < 1e-14) }
  #expect(grid.kind == .estimate && grid.rule == "uniform" && grid.note == nil)
  request.end = 1
  let shorter = try TimeGrid.equalPartition(of: density, for: UniformRule.self, request)
  for k in 0...4 {
    #expect(abs(shorter.times[k] - (4 - 0.75 * Double(k)).squareRoot()) < 1e-14)
  }
  #expect(shorter.end == 1)
}

@Test func wrongRequestsAreRefused() throws {
  let flow = try paperFlow()
  for rule in GridRules.all {
    for n in [0, -3] {
      let error = #expect(throws: ScheduleError.self) { _ = try rule.grid(for: flow, segments: n) }
      #expect(error == .noSegments(n), "\(rule.name)")
    }
    #expect(GridRules.named(rule.name)?.name == rule.name)
    #expect(!rule.summary.isEmpty)
  }
  for name in ["uniform", "stability", "information"] { #expect(GridRules.named(name) != nil) }
  #expect(Set(GridRules.all.map { $0.name }).count == GridRules.all.count)
  #expect(GridRules.named("nonsense") == nil)
  // A jump puts several times in one place.
  let jump = CumulativeDensity(kind: .estimate) { $0 < 0.5 ? 0 : 1 }
  let error = #expect(throws: ScheduleError.self) {
    _ = try TimeGrid.equalPartition(
      of: jump, for: UniformRule.self, GridRequest(flow, segments: 8))
  }
  guard case .badProfile = error else {
    Issue.record("\(String(describing: error))")
    return
  }
}

@Test func crossedCovariancesHaveNoStabilityGrid() throws {
  func flow(_ rows: [[Double]]) throws -> ProbabilityFlow {
    ProbabilityFlow(
      try GaussianMixture(
        weights: [0.5, 0.5], means: Matrix([[0, 1], [1, 0]]), covariances: .diagonal(Matrix(rows))),
      try OrnsteinUhlenbeck())
  }
  let crossed = try flow([[1, 2], [2, 1]])
  let reason = try #require(StabilityBound(crossed).reason)
  let error = StabilityError.unbounded(reason: reason)
  #expect(throws: ScheduleError.noBound(error)) {
    _ = try StabilityRule.grid(for: crossed, segments: 2)
  }
  #expect(error.description.contains("tied") && error.description.contains("components"))
  let ordered = try StabilityRule.grid(for: try flow([[1, 2], [3, 4]]), segments: 3)
  #expect(zip(ordered.times, ordered.times.dropFirst()).allSatisfy { $0 > $1 })
  #expect(ScheduleError.noSegments(0).description == "0 segments; a grid needs at least 1")
}
