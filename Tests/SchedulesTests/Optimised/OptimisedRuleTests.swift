import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import Stability
import Synchronization
import TestSupport
import Testing

private let optimised = ["gits", "gits-l2", "oss", "oss-ave", "klub", "dmn"].compactMap {
  GridRules.named($0)
}

/// A random mixture of at least two dimensions.
private func planar(_ seed: Int, _ type: CovarianceType) throws -> GaussianMixture {
  var mixture = try RandomCase(seed, type).mixture
  for next in seed + 1..<seed + 50 where mixture.dimension < 2 || mixture.componentCount < 2 {
    mixture = try RandomCase(next, type).mixture
  }
  return mixture
}

/// A request that is quick to serve.
private func small(_ flow: ProbabilityFlow, _ n: Int, end: Double = 0) -> GridRequest {
  var request = GridRequest(flow, segments: n)
  (request.samples, request.end) = (24, end)
  return request
}

@Test func optimisedRulesServeAllProcessesAndCovariances() throws {
  for (c, type) in CovarianceType.allCases.enumerated() {
    let mixture = try planar(c, type)
    for process in try ProcessCatalog.all.map({ type in
      try type.init(parameters: type.parameterDefaults.map(\.value), horizon: type.defaultHorizon)
    }) {
      let end = process.horizon / 500
      for rule in optimised {
        for end in [0, end] {
          var request = small(ProbabilityFlow(mixture, process), 4, end: end)
          if rule.name.hasPrefix("oss") { request.parameters = ["steps": 40] }
          let grid = try rule.grid(request)
          #expect(grid.segmentCount == 4 && grid.end == end && grid.rule == rule.name)
          #expect(grid.times[0] == process.horizon && grid.kind == .estimate)
          #expect(grid.objective?.isFinite == true && grid.note == nil, "\(rule.name)")
          #expect((grid.evaluations > 0) == (rule.name != "dmn"))
          guard process.name == "ou" else { continue }
          #expect(try rule.grid(request).times == grid.times)
        }
      }
    }
  }
}

/// A grid that ends at 0 has σ_min as its last positive level, but for OSS, whose teacher goes to 0.
@Test func positiveLevelsEndAtTheirParameter() throws {
  let flow = ProbabilityFlow(try planar(3, .full), try RectifiedFlow())
  for rule in optimised where !rule.name.hasPrefix("oss") {
    for n in [1, 2, 3] {
      var request = small(flow, n)
      request.parameters = ["sigma_min": 0.05]
      let grid = try rule.grid(request)
      #expect(grid.segmentCount == n && grid.end == 0)
      if n > 1 { #expect(agrees(flow.process.noiseLevel(grid.times[n - 1]), 0.05, relative: 1e-9)) }
    }
    var request = small(flow, 3)
    request.parameters = ["sigma_min": 90]
    let error = #expect(throws: ScheduleError.self) { _ = try rule.grid(request) }
    #expect(error?.description.contains("sigma_min") == true)
  }
}

@Test func badParametersAreRefused() throws {
  let flow = ProbabilityFlow(try planar(3, .full), try RectifiedFlow())
  let cases: [(String, [String: Double])] = [
    ("gits", ["points": 2.5]), ("gits", ["points": 3]), ("gits-l2", ["rho": 0]),
    ("oss", ["steps": 0]), ("oss-ave", ["steps": 4]), ("klub", ["patience": -1]),
    ("klub", ["data_std": -1]), ("dmn", ["power": -1]), ("dmn", ["truncation": 1.5]),
    ("dmn", ["sigma_min": 0]),
    ("gits", ["nonsense": 1]),
  ]
  for (name, parameters) in cases {
    let rule = try #require(GridRules.named(name))
    var request = small(flow, 5)
    request.parameters = parameters
    let error = #expect(throws: ScheduleError.self) { _ = try rule.grid(request) }
    #expect(error?.description.contains(name) == true)
  }
}

/// A number of segments that would take minutes is an error that names the most.
@Test func tooManySegmentsForDMNAreRefused() throws {
  let flow = ProbabilityFlow(try planar(3, .full), try RectifiedFlow())
  let error = #expect(throws: ScheduleError.self) { _ = try DMNRule.grid(small(flow, 1200)) }
  #expect(error?.description == "rule dmn: 1200 segments; it optimises at most 128")
}

/// In one dimension, and for one Gaussian about the origin, trajectories are straight.
@Test func gitsSaysWhereItsCostVanishes() throws {
  let line = ProbabilityFlow(
    try twoModes(at: 1, variance: 0.04, dimension: 1), try RectifiedFlow())
  let ball = ProbabilityFlow(
    try GaussianMixture(weights: [1], means: Matrix([[0, 0]]), covariances: .spherical([0.25])),
    try RectifiedFlow())
  for flow in [line, ball] {
    let grid = try GITSRule.grid(small(flow, 4))
    #expect(grid.note?.contains("gits-l2") == true && grid.objective == 0)
    let levels = polynomialLevels(4, from: 80, to: 0.002, rho: 7)
    for (time, level) in zip(grid.times, levels).dropFirst() {
      #expect(agrees(flow.process.noiseLevel(time), level, relative: 1e-9))
    }
    #expect(try GITSDistanceRule.grid(small(flow, 4)).note == nil)
  }
  let plane = ProbabilityFlow(try planar(3, .full), try RectifiedFlow())
  #expect(try GITSRule.grid(small(plane, 4)).note == nil)
}

/// Progress rises to 1 with a finite objective; a budget of nothing still gives a grid, with a note.
@Test func optimisersReportAndKeepTheirBudget() throws {
  let flow = ProbabilityFlow(try planar(2, .spherical), try RectifiedFlow())
  for rule in optimised {
    let heard = Mutex([(Double, Double)]())
    var request = small(flow, 5)
    request.progress = { fraction, objective in heard.withLock { $0.append((fraction, objective)) }
    }
    _ = try rule.grid(request)
    let reports = heard.withLock { $0 }
    #expect(reports.last?.0 == 1 && reports.allSatisfy { $0.1.isFinite }, "\(rule.name)")
    #expect(zip(reports, reports.dropFirst()).allSatisfy { $0.0 <= $1.0 })
    request.timeBudget = 0
    request.samples = 300
    let cut = try rule.grid(request)
    #expect(cut.segmentCount == 5 && cut.note?.contains("budget") == true, "\(rule.name)")
    request.timeBudget = 1000
    #expect(try rule.grid(request).note == nil)
  }
}

/// On one Gaussian OSS comes near the optimal grid, uniform in arctan(σ̂/c), and beats uniform times.
@Test func optimisedGridsBeatUniformOnes() throws {
  let mixture = try GaussianMixture(
    weights: [1], means: Matrix([[0, 0]]), covariances: .spherical([0.25]))
  let flow = ProbabilityFlow(mixture, try RectifiedFlow())
  let start = flow.marginal(at: 1).sample(200, from: RandomStream(seed: 5))
  let exact = start.elements.map { $0 * 0.5 }
  func error(_ times: [Double]) -> Double {
    let end = EulerSampler.run(flow, start, along: times).elements
    return zip(end, exact).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }
  let uniform = error(try UniformRule.grid(for: flow, segments: 6).times)
  let arctan = (1..<6).map { 0.5 * Double.tan(.pi / 2 * (1 - Double($0) / 6)) }
  let best = error([1] + arctan.map { $0 / (1 + $0) } + [0])
  let oss = error(try OSSRule.grid(small(flow, 6)).times)
  #expect(oss < uniform && oss < 1.05 * best)
}
