import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import Stability
import TestSupport
import Testing

private struct Reference: Decodable {
  struct Case: Decodable {
    let high, low, power, startValue, value: Double
    let steps, truncation: Int
    let lambda: [Double]
  }
  let cases: [Case]
}

/// SciPy's trust-constr from the same start, with the weights by quadrature.
@Test func dmnIsAtLeastAsGoodAsSciPy() throws {
  for c in try fixture("dmn", as: Reference.self).cases {
    let objective = DMNObjective(
      first: -.log(c.high), last: -.log(c.low), power: c.power,
      truncation: c.truncation)
    let uniform = [Double](
      repeating: (objective.last - objective.first) / Double(c.steps), count: c.steps)
    #expect(agrees(objective.value(uniform), c.startValue, relative: 1e-9))
    let lambda = [objective.first] + c.lambda + [objective.last]
    let gaps = zip(lambda, lambda.dropFirst()).map { $1 - $0 }
    #expect(agrees(objective.value(gaps), c.value, relative: 1e-7))
    let found = objective.minimum(steps: c.steps)
    #expect(found.value <= c.value * (1 + 1e-9), "\(c.steps) steps, p = \(c.power)")
    #expect(found.value == objective.value(found.gaps))
    let total = found.gaps.reduce(0, +)
    #expect(agrees(total, objective.last - objective.first, relative: 1e-12))
    #expect(found.gaps.allSatisfy { $0 > 0 })
  }
}

/// The weights against Simpson's rule of e^λ times the Lagrange polynomials.
@Test func dmnWeightsAreExponentialIntegrals() {
  let lambda = [-4.0, -3.1, -2.9, -1, 0.2, 2.2, 2.5]
  let gaps = zip(lambda, lambda.dropFirst()).map { $1 - $0 }
  for s in gaps.indices {
    let weights = DMNObjective.weights(gaps, lambda.map { .exp($0) }, step: s)
    #expect(weights.count == [1, 2, 3, 3, 2, 1][s])
    let nodes = Array(lambda[s + 1 - weights.count...s])
    for (i, weight) in weights.enumerated() {
      func integrand(_ x: Double) -> Double {
        nodes.indices.reduce(.exp(x)) {
          $1 == i ? $0 : $0 * (x - nodes[$1]) / (nodes[i] - nodes[$1])
        }
      }
      let (panels, h) = (200, gaps[s] / 200)
      let integral = (0..<panels).reduce(0.0) { sum, k in
        let a = lambda[s] + Double(k) * h
        return sum + h / 6 * (integrand(a) + 4 * integrand(a + h / 2) + integrand(a + h))
      }
      #expect(agrees(weight, integral, relative: 1e-8))
    }
  }
}

/// The minimum of the published bound is no grid to use beyond 7 steps; without signs it is.
@Test func errorsThatCancelMakePoorGrids() throws {
  let mixture = try GaussianMixture(
    weights: [1], means: Matrix([[0, 0]]), covariances: .spherical([0.25]))
  var request = GridRequest(
    ProbabilityFlow(mixture, try VarianceExploding(horizon: 80)), segments: 11)
  let usual = try DMNRule.grid(request)
  request.parameters = ["truncation": 0]
  let published = try DMNRule.grid(request)
  request.parameters = ["truncation": 10]
  #expect(try DMNRule.grid(request).times == usual.times)
  func largestRatio(_ grid: TimeGrid) -> Double {
    zip(grid.times, grid.times.dropFirst(1)).dropLast().map { $0 / $1 }.reduce(0, max)
  }
  #expect(largestRatio(published) > 50 && largestRatio(usual) < 15)
  let objective = try #require(published.objective)
  #expect(objective < 15)
}
