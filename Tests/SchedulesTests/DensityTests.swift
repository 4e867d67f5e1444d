import Arrays
import Foundation
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import Stability
import TestSupport
import Testing

/// What SciPy found by quadrature; made by Fixtures/densities.py.
private struct Reference: Decodable {
  let weights, means, variances: [Double]
  let horizon, end: Double
  let segments: Int
  let levels: [String: [Double]]
  let least_error: [String: Double]

  init() throws {
    let url = try #require(
      Bundle.module.url(forResource: "densities", withExtension: "json", subdirectory: "Fixtures"))
    self = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
  }

  var mixture: GaussianMixture {
    get throws {
      try GaussianMixture(
        weights: weights, means: Matrix(rows: means.count, columns: 1, elements: means),
        covariances: .spherical(variances))
    }
  }
}

/// N(0, c²I) under x_0 + σZ.
private func gaussian(
  _ c: Double, dimension d: Int = 2, horizon: Double = 80
) throws -> ProbabilityFlow {
  let mixture = try GaussianMixture(
    weights: [1], means: Matrix(rows: 1, columns: d), covariances: .spherical([c * c]))
  return ProbabilityFlow(mixture, try VarianceExploding(horizon: horizon))
}

/// c tan of equal angles: the best grid of Euler's method on N(0, c²I).
private func equalAngles(_ c: Double, _ n: Int, from first: Double, to last: Double) -> [Double] {
  let (top, bottom) = (Double.atan(first / c), Double.atan(last / c))
  return (0...n).map { c * .tan(top + (bottom - top) * Double($0) / Double(n)) }
}

private let measured = GridRules.all.filter { rule in
  !["uniform", "stability", "information"].contains(rule.name) && rule.family == .density
}

@Test func densitiesAgreeWithQuadrature() throws {
  let reference = try Reference()
  let flow = ProbabilityFlow(
    try reference.mixture, try VarianceExploding(horizon: reference.horizon))
  for (name, levels) in reference.levels.sorted(by: { $0.key < $1.key }) {
    let rule = try #require(GridRules.named(name))
    var request = GridRequest(flow, segments: reference.segments)
    request.end = reference.end
    request.samples = name == "adjoint" ? 4096 : 16_384
    let grid = try rule.grid(request)
    #expect(grid.kind == .estimate && grid.rule == name && grid.evaluations > 0)
    #expect(grid.times[0] == reference.horizon && grid.end == reference.end)
    for (time, level) in zip(grid.times, levels).dropFirst().dropLast() {
      #expect(agrees(time, level, relative: 0.03), "\(name): \(time) against \(level)")
    }
  }
}

@Test func theLeastErrorAgreesWithQuadrature() throws {
  let reference = try Reference()
  for (level, expected) in reference.least_error {
    let sigma = try #require(Double(level))
    let marginal = Marginal(try reference.mixture, alpha: 1, sigmaSquared: sigma * sigma)
    let draws = marginal.sample(16_384, from: RandomStream(seed: 5))
    let found = SampleMean(marginal.posteriorVariance(draws))
    #expect(abs(found.deviation(from: expected)) < 4, "sigma \(level): \(found) for \(expected)")
  }
}

/// Two published optima on one Gaussian, c = .5, from 80 to .002: .0720 with 4 steps, .0202 with 8.
@Test(arguments: [4, 8]) func twoRulesAreOptimalOnOneGaussian(_ n: Int) throws {
  let flow = try gaussian(0.5)
  let optimum = equalAngles(0.5, n, from: 80, to: 0.002)
  func error(_ levels: [Double]) -> Double {
    let product = zip(levels, levels.dropFirst()).reduce(1.0) {
      $0 * .cos(.atan($1.0 / 0.5) - .atan($1.1 / 0.5))
    }
    return (1 - product) * (1 - product)
  }
  #expect(agrees(error(optimum), n == 4 ? 0.0720 : 0.0202, relative: 3e-3))
  for rule in [RescaledEntropicRule.self, AdjointRule.self] as [any GridRule.Type] {
    var request = GridRequest(flow, segments: n)
    (request.end, request.samples) = (0.002, 64)
    let grid = try rule.grid(request)
    #expect(error(grid.times) < 1.01 * error(optimum), "\(rule.name)")
    for (time, best) in zip(grid.times, optimum) {
      #expect(agrees(time, best, relative: 0.01), "\(rule.name)")
    }
  }
}

/// L = σ/(c² + σ²) in the variables of EDM: equal parts of ½ log(c² + σ²).
@Test func theMeasuredRateOfOneGaussianIsItsFormula() throws {
  for (c, first, last) in [(0.5, 80.0, 0.002), (2.0, 50.0, 0.0)] {
    let flow = try gaussian(c, dimension: 1, horizon: first)
    for rule in [RMSEDMRule.self, MaximalEDMRule.self, RMSNativeRule.self] as [any GridRule.Type] {
      var request = GridRequest(flow, segments: 5)
      (request.end, request.samples) = (last, 16)
      let times = try rule.grid(request).times
      func part(_ t: Double) -> Double { 0.5 * .log(c * c + t * t) }
      let share = (part(first) - part(last)) / 5
      for (from, to) in zip(times, times.dropFirst()) {
        #expect(agrees(part(from) - part(to), share, relative: 0.01), "\(rule.name)")
      }
    }
  }
}

/// The rule knows noise levels in units of the data: neither the process nor the scale changes them.
@Test func partingNeedsNoUnits() throws {
  let reference = try Reference()
  let mixture = try reference.mixture
  var means = mixture.means
  for i in means.elements.indices { means.elements[i] *= 4 }
  let larger = try GaussianMixture(
    weights: mixture.weights, means: means,
    covariances: .spherical(reference.variances.map { 16 * $0 }))
  func levels(_ mixture: GaussianMixture, _ process: any ForwardProcess) throws -> [Double] {
    let grid = try PartingRule.grid(for: ProbabilityFlow(mixture, process), segments: 6)
    return grid.times.dropFirst().map(process.noiseLevel)
  }
  let expected = try levels(mixture, VarianceExploding(horizon: 100))
  for (found, level) in zip(try levels(mixture, OrnsteinUhlenbeck()), expected) {
    #expect(agrees(found, level, relative: 0.02))
  }
  for (found, level) in zip(try levels(larger, VarianceExploding(horizon: 400)), expected) {
    #expect(agrees(found, 4 * level, relative: 1e-6))
  }
}

/// Unit data have no rate in the variance-preserving variables, and a law that does not change no score
/// that does: what is left is rounding, and no grid is cut from it.
@Test func rulesOfRatesThatVanishSaySo() throws {
  let unit = try gaussian(1).mixture
  for process in [
    try VarianceExploding(horizon: 80),
    try LinearVariancePreserving(parameters: [0.1, 20], horizon: 1),
  ] as [any ForwardProcess] {
    let grid = try RMSVPRule.grid(for: ProbabilityFlow(unit, process), segments: 3)
    #expect(grid.note?.contains("uniform") == true, "\(process.name)")
  }
  let still = ProbabilityFlow(unit, try OrnsteinUhlenbeck())
  for rule in [
    ScoreOptimalRule.self, OneSidedRule.self, AveragedRule.self, PartingRule.self,
  ] as [any GridRule.Type] {
    #expect(
      try rule.grid(for: still, segments: 3).note?.contains("uniform") == true, "\(rule.name)")
  }
}

/// Every rule makes a grid for every process, to 0 and above it, and another seed nearly the same one.
@Test func densitiesServeEveryProcess() throws {
  let mixture = try GaussianMixture(
    weights: [0.5, 0.3, 0.2], means: Matrix([[1, 0], [-1, 0.5], [0, -2]]),
    covariances: .diagonal(Matrix([[0.04, 0.1], [0.09, 0.02], [0.01, 0.3]])))
  for type in ProcessCatalog.all {
    let process = try type.init(
      parameters: type.parameterDefaults.map(\.value), horizon: type.defaultHorizon)
    let flow = ProbabilityFlow(mixture, process)
    let small = try #require(process.time(atNoiseLevel: 0.01))
    for rule in measured where rule.name != "one-sided" {
      for end in [0, small] {
        var request = GridRequest(flow, segments: 6)
        (request.end, request.samples) = (end, 64)
        let grid = try rule.grid(request)
        #expect(grid.times[0] == process.horizon && grid.end == end, "\(rule.name)")
        #expect(try rule.grid(request).times == grid.times)
        #expect(grid.note == nil)
      }
    }
  }
}

/// Densities in noise level see the process by its noise levels alone.
@Test func densitiesInNoiseLevelDoNotDependOnTheProcess() throws {
  let mixture = try twoModes(at: 1, variance: 0.05)
  let straight = try RectifiedFlow(horizon: 0.98)
  let exploding = try VarianceExploding(horizon: straight.noiseLevel(0.98))
  for rule in measured where !["one-sided", "averaged"].contains(rule.name) {
    guard !rule.name.hasSuffix("native"), rule.name != "score-optimal" else { continue }
    let grids = try [straight, exploding].map { (process: any ForwardProcess) in
      var request = GridRequest(ProbabilityFlow(mixture, process), segments: 5)
      request.samples = 128
      return try rule.grid(request)
    }
    for (a, b) in zip(grids[0].times, grids[1].times).dropLast() {
      #expect(agrees(straight.noiseLevel(a), b, relative: 1e-3), "\(rule.name)")
    }
  }
}

/// More noise smooths SharpEuler's profile towards equal steps of the straight path's time.
@Test func sharpEulerFollowsItsParameters() throws {
  let flow = ProbabilityFlow(try twoModes(at: 1, variance: 0.01), try RectifiedFlow(horizon: 1))
  func times(_ parameters: [String: Double]) throws -> [Double] {
    var request = GridRequest(flow, segments: 4)
    (request.parameters, request.samples) = (parameters, 256)
    return try SharpEulerRule.grid(request).times
  }
  let flat = try times(["gamma": 1e-6])
  for k in 0...4 { #expect(abs(flat[k] - (1 - Double(k) / 4)) < 1e-3) }
  let usual = try times([:])
  let smooth = try times(["smoothing": 0.5])
  #expect(largestDifference(usual, flat) > 2 * largestDifference(smooth, flat))
}

@Test func parametersOutOfRangeAreRefused() throws {
  let flow = try gaussian(0.5)
  for (name, parameter, value) in [
    ("entropic", "floor", 0.0), ("rms-edm", "ceiling", -1), ("constant-rate", "exponent", 0),
    ("constant-rate", "noise", 0.5), ("sharp-euler", "gamma", 0), ("sharp-euler", "smoothing", 2),
    ("sharp-euler-edm", "gamma", -1), ("planned", "candidates", 2), ("planned", "refinements", -1),
  ] {
    let rule = try #require(GridRules.named(name))
    var request = GridRequest(flow, segments: 3)
    request.parameters = [parameter: value]
    let error = #expect(throws: ScheduleError.self) { _ = try rule.grid(request) }
    #expect(error?.description.contains(parameter) == true, "\(name)")
  }
  for rule in measured where !["one-sided", "averaged"].contains(rule.name) {
    var request = GridRequest(flow, segments: 3)
    request.samples = 0
    #expect(throws: ScheduleError.self, "\(rule.name)") { _ = try rule.grid(request) }
  }
  var request = GridRequest(flow, segments: 3)
  request.parameters = ["floor": 1000]
  #expect(throws: ScheduleError.self) { _ = try EntropicRule.grid(request) }
}
