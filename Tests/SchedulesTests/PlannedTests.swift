import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import Stability
import TestSupport
import Testing

extension Matrix<Double> {
  fileprivate func plus(_ h: Double, _ other: Matrix<Double>) -> Matrix<Double> {
    var result = self
    for i in result.elements.indices { result.elements[i] += h * other.elements[i] }
    return result
  }
}

private let samplers: [any FewStepSampler.Type] = [
  EulerSampler.self, HeunSampler.self, SecondOrderMultistepSampler.self,
]

private func ring() throws -> GaussianMixture {
  let angles = (0..<8).map { Double($0) * .pi / 4 }
  return try GaussianMixture(
    weights: Array(repeating: 0.125, count: 8), means: Matrix(angles.map { [.cos($0), .sin($0)] }),
    covariances: .spherical(Array(repeating: 0.0025, count: 8)))
}

/// Σ‖end − true end‖²/Σ‖true end‖² on fresh trajectories.
private func error(
  _ sampler: any FewStepSampler.Type, _ flow: ProbabilityFlow, _ times: [Double]
) throws -> Double {
  let start = flow.marginal(at: times[0]).sample(2048, from: RandomStream(seed: 77))
  let target = try Teacher(flow).transport(start, from: times[0], to: times[times.count - 1])
    .orThrow().states
  let found = sampler.run(flow, start, along: times)
  return found.plus(-1, target).elements.reduce(0) { $0 + $1 * $1 }
    / target.elements.reduce(0) { $0 + $1 * $1 }
}

private func karras(_ n: Int, from first: Double, to last: Double) -> [Double] {
  let (top, bottom) = (Double.pow(first, 1.0 / 7), Double.pow(last, 1.0 / 7))
  let inner = (1..<n).map { Double.pow(top + (bottom - top) * Double($0) / Double(n), 7) }
  return [first] + inner + [last]
}

/// On N(0, c²I) Euler's best grid is known.
@Test(arguments: [2, 4, 8]) func thePlanForOneGaussianIsTheBest(_ n: Int) throws {
  let mixture = try GaussianMixture(
    weights: [1], means: Matrix(rows: 1, columns: 2), covariances: .spherical([0.25]))
  var request = GridRequest(
    ProbabilityFlow(mixture, try VarianceExploding(horizon: 80)), segments: n)
  (request.end, request.samples) = (0.002, 64)
  let grid = try PlannedRule.grid(request)
  let (top, bottom) = (Double.atan(160.0), Double.atan(0.004))
  for k in 0...n {
    let best = 0.5 * Double.tan(top + (bottom - top) * Double(k) / Double(n))
    #expect(agrees(grid.times[k], best, relative: 0.01), "\(k)")
  }
  #expect(grid.sampler == "euler" && grid.kind == .estimate && grid.evaluations > 0)
}

/// The objective is the error on the rule's own trajectories, holds on fresh ones, and is below the
/// grids that one would take without a plan.
@Test func plansBeatGridsWithoutOne() throws {
  let flow = ProbabilityFlow(try ring(), try VarianceExploding(horizon: 80))
  for sampler in samplers {
    for end in [0.002, 0] {
      var request = GridRequest(flow, segments: 6)
      (request.sampler, request.end, request.samples) = (sampler, end, 512)
      let grid = try PlannedRule.grid(request)
      let fresh = try error(sampler, flow, grid.times)
      let objective = try #require(grid.objective)
      #expect(fresh < 1.5 * objective && objective < 1.5 * fresh, "\(sampler.name)")
      let last = end > 0 ? end : 0.002
      let plain = karras(end > 0 ? 6 : 5, from: 80, to: last) + (end > 0 ? [] : [0])
      #expect(fresh < 0.5 * (try error(sampler, flow, plain)), "\(sampler.name)")
      request.parameters = ["refinements": 0]
      let coarse = try #require(try PlannedRule.grid(request).objective)
      #expect(objective <= coarse, "\(sampler.name)")
    }
  }
}

/// Any number of segments, also more than are planned or refined, under pure noise and in high dimension.
@Test func plansServeEveryRequest() throws {
  let process = try RectifiedFlow(horizon: 1)
  let means = RandomStream(seed: 3).normals(rows: 5, columns: 12)
  let wide = try GaussianMixture(
    weights: Array(repeating: 0.2, count: 5), means: means,
    covariances: .spherical(Array(repeating: 0.04, count: 5)))
  for (mixture, n) in [
    (try ring(), 1), (try ring(), 2), (wide, 5), (try ring(), 20), (try ring(), 40),
  ] {
    var request = GridRequest(ProbabilityFlow(mixture, process), segments: n)
    (request.samples, request.seed) = (64, 9)
    let grid = try PlannedRule.grid(request)
    #expect(grid.segmentCount == n && grid.times[0] == 1 && grid.end == 0)
    #expect(try PlannedRule.grid(request).times == grid.times)
  }
}

@Test func aPlanOutOfTimeSaysSo() throws {
  var request = GridRequest(
    ProbabilityFlow(try ring(), try VarianceExploding(horizon: 80)), segments: 4)
  (request.samples, request.timeBudget) = (64, 0)
  #expect(try PlannedRule.grid(request).note?.contains("time budget") == true)
}
