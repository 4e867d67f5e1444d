import Arrays
import Formats
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import Stability
import Synchronization
import TestSupport
import Testing

private func plan(
  _ names: [String], rules: [any GridRule.Type] = [UniformRule.self, InformationRule.self],
  oracle: (any GridRule.Type)? = InformationRule.self, segments: [Int] = [2, 5],
  samples: Int = 200, seed: UInt64 = 1
) throws -> ComparisonPlan {
  let cases = try names.map { name in
    ComparisonCase(name: name, mixture: try #require(try MixtureSuite.named(name)?.mixture()))
  }
  var plan = ComparisonPlan(cases, try OrnsteinUhlenbeck(), rules: rules, segments: segments)
  (plan.oracle, plan.samples, plan.seed) = (oracle, samples, seed)
  return plan
}

/// On N(0, c²I) Euler's method multiplies by Π(ab + c²)/(b² + c²) from noise level b to a, and the flow by
/// √(σ_e² + c²)/√(σ_T² + c²): every sample has the same relative error.
@Test(arguments: [0, 0.05]) func aGaussiansErrorIsKnown(_ end: Double) throws {
  var plan = try plan(["gaussian"], rules: [UniformRule.self], oracle: nil)
  plan.process = try VarianceExploding(horizon: 3)
  plan.end = end
  let result = try GridComparison(plan)
  for cell in result.cases[0].cells {
    let levels = try #require(cell.grid).times
    #expect(levels.last == end)
    let euler = zip(levels, levels.dropFirst()).reduce(1.0) { factor, step in
      factor * (step.0 * step.1 + 0.25) / (step.0 * step.0 + 0.25)
    }
    let exact = ((end * end + 0.25) / 9.25).squareRoot()
    let error = (euler / exact - 1) * (euler / exact - 1)
    let m = try #require(cell.measurement)
    #expect(agrees(m.relativeError.value, error, relative: 1e-6))
    #expect(m.relativeError.standardError < 1e-6 * error)
    #expect(cell.timesOracle == nil && cell.evaluations == cell.segments)
    // The sampler's states are N(0, s²I): distances and likelihood in closed form, d = 2.
    let (s, c) = (euler * 9.25.squareRoot(), (end * end + 0.25).squareRoot())
    #expect(abs(m.slicedWasserstein.value - (c - s)) < 4 * m.slicedWasserstein.standardError)
    let likelihood = Double.log(2 * .pi * c * c) + s * s / (c * c)
    let claimed = m.negativeLogLikelihood
    #expect(abs(claimed.value - likelihood) < 4 * claimed.standardError)
    let excess = m.excessNegativeLogLikelihood
    #expect(abs(excess.value - (s * s / (c * c) - 1)) < 4 * excess.standardError)
    // E‖N(0, v I_2)‖ = √(πv/2).
    func size(_ v: Double) -> Double { (0.5 * .pi * v).squareRoot() }
    let energy = 2 * size(s * s + c * c) - size(2 * s * s) - size(2 * c * c)
    #expect(abs(m.energyDistance.value - energy) < 4 * m.energyDistance.standardError)
  }
  let entropy = result.cases[0].reference.negativeLogLikelihood
  let exact = Double.log(2 * .pi * (end * end + 0.25)) + 1
  #expect(abs(entropy.value - exact) < 4 * entropy.standardError)
}

/// Each number again, from the samples that the seed gives and the definitions.
@Test func cellsAreWhatTheirDefinitionsSay() throws {
  let plan = try plan(["ring-8", "bimodal-near"])
  let result = try GridComparison(plan)
  #expect(result.cases.map(\.subject.name) == ["ring-8", "bimodal-near"])
  var logs: [Double] = []
  for entry in result.cases {
    let flow = ProbabilityFlow(entry.subject.mixture, plan.process)
    let noise = flow.marginal(at: 1).sample(
      200,
      from: RandomStream(seed: 1).substream("comparison").substream(entry.subject.name)
        .substream("noise"))
    let y = Teacher(flow, tolerance: 1e-11).transport(noise, from: 1, to: 0).states
    for n in [2, 5] {
      let errors = try [InformationRule.self, UniformRule.self].map {
        (rule: any GridRule.Type) -> Double in
        let grid = try rule.grid(for: flow, segments: n)
        let x = EulerSampler.run(flow, noise, along: grid.times)
        let error = zip(x.elements, y.elements).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let cell = try #require(entry.cell(rule.name, "euler", n))
        #expect(cell.grid?.times == grid.times && cell.note == grid.note)
        let value = try #require(cell.measurement).relativeError.value
        #expect(
          agrees(value, error / y.elements.reduce(0) { $0 + $1 * $1 }, relative: 1e-5))
        return error
      }
      let own = try #require(entry.cell("information", "euler", n)?.timesOracle)
      #expect(own == Estimate(value: 1, standardError: 0))
      let ratio = try #require(entry.cell("uniform", "euler", n)?.timesOracle)
      #expect(agrees(ratio.value, errors[1] / errors[0], relative: 1e-5))
      logs.append(.log(ratio.value))
    }
  }
  #expect(result.means.map(\.rule) == ["information", "uniform"])
  let mean = try #require(result.means[1].timesOracle)
  #expect(agrees(mean.value, .exp(logs.reduce(0, +) / 4), relative: 1e-12))
  #expect(result.means[1].count == 4 && result.means[1].outOf == 4)
  #expect(result.means[0].timesOracle == Estimate(value: 1, standardError: 0))
}

/// The error that a geometric mean claims is how it scatters over seeds.
@Test func meansScatterAsTheyClaim() throws {
  let means = try (0..<60).map { seed in
    let plan = try plan(
      ["bimodal-near", "cantor-8"], segments: [2, 3], samples: 100, seed: UInt64(seed))
    return try #require(try GridComparison(plan).means[1].timesOracle)
  }
  let spread = SampleMean(means.map { .log($0.value) }).standardError * 60.0.squareRoot()
  let claimed = means.reduce(0) { $0 + $1.standardError / $1.value } / 60
  #expect((0.7...1.4).contains(claimed / spread), "\(claimed) claimed, \(spread) seen")
}

@Test func rulesThatCannotLeaveADash() throws {
  let result = try GridComparison(
    plan(["tree"], rules: [UniformRule.self, StabilityRule.self], oracle: StabilityRule.self))
  for cell in result.cases[0].cells where cell.rule == "stability" {
    #expect(cell.grid == nil && cell.measurement == nil && cell.timesOracle == nil)
    #expect(cell.note?.contains("no finite Lipschitz bound") == true)
  }
  for cell in result.cases[0].cells where cell.rule == "uniform" {
    #expect(cell.measurement != nil && cell.timesOracle == nil)
  }
  #expect(result.means.allSatisfy { $0.timesOracle == nil && $0.count == 0 && $0.outOf == 2 })
}

/// A grid that sends the sampler to infinity.
private enum DivergingSampler: FewStepSampler {
  static let name = "diverging"
  static let summary = "a sampler for tests"
  static let order = 1
  static func plan<S: SamplerScalar>(_ levels: [NoiseLevel<S>]) -> SamplerPlan<S> {
    var plan = SamplerPlan<S>()
    // Infinite at once, or finite with squares that overflow.
    _ = plan.combine([(SamplerPlan<S>.start, S(levels.count == 3 ? .infinity : 1e200))])
    return plan
  }
}

@Test func divergingSamplersLeaveADash() throws {
  var plan = try plan(["cantor-8"], rules: [UniformRule.self])
  plan.samplers = [DivergingSampler.self, EulerSampler.self]
  let result = try GridComparison(plan)
  for cell in result.cases[0].cells where cell.sampler == "diverging" {
    #expect(cell.measurement == nil && cell.grid != nil)
    #expect(cell.note == "the sampler diverged on this grid")
  }
  #expect(result.cases[0].cells.count { $0.measurement != nil } == 4)
  // What is missing is empty in the table and absent in the object.
  let rows = result.csv.split(separator: "\n").map {
    $0.split(separator: ",", omittingEmptySubsequences: false)
  }
  #expect(rows.count == 9 && rows.allSatisfy { $0.count == rows[0].count })
  #expect(rows[1][5] == "" && rows[1].last == "\"the sampler diverged on this grid\"")
  #expect(result.json.text().contains("\"note\""))
}

/// A rule that counts its calls; its grids do not depend on the sampler.
private enum CountedRule: GridRule {
  static let name = "counted"
  static let summary = "a rule for tests"
  static let family = GridFamily.density
  static let calls = Mutex(0)
  static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    calls.withLock { $0 += 1 }
    return try UniformRule.grid(request)
  }
}

@Test func gridsAreMadeOnceAndProgressIsTold() throws {
  var plan = try plan(["cantor-8"], rules: [CountedRule.self], oracle: nil)
  plan.samplers = [EulerSampler.self, DivergingSampler.self]
  let told = Mutex<[Int]>([])
  _ = try GridComparison(plan, isCancelled: { false }) { state in
    told.withLock { $0.append(state.done) }
    #expect(state.total == 4 && !state.description.isEmpty)
  }
  #expect(CountedRule.calls.withLock { $0 } == 2)
  #expect(told.withLock { $0 } == [0, 0, 1, 2, 3])
}

@Test func wrongPlansAndStopsAreRefused() throws {
  let good = try plan(["cantor-8"])
  var wrong = good
  wrong.segments = [2, 0]
  #expect(throws: ComparisonError.request(.noSegments(0))) { try GridComparison(wrong) }
  wrong = good
  wrong.end = 1
  #expect(throws: ComparisonError.request(.badEnd(1, horizon: 1))) { try GridComparison(wrong) }
  let cells = Mutex(0)
  let stop: @Sendable () -> Bool = {
    cells.withLock {
      $0 += 1
      return $0 > 3
    }
  }
  #expect(throws: ComparisonError.interrupted) {
    try GridComparison(good, isCancelled: stop)
  }
}
