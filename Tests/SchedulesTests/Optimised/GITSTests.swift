import Arrays
import Mixtures
import RealModule
import Schedules
import TestSupport
import Testing

private struct Reference: Decodable {
  struct Path: Decodable {
    let steps: Int
    let path: [Int]
    let value: Double
  }
  struct Case: Decodable {
    let metric: String
    let costs: [Double]
    let paths: [Path]
  }
  let mixture: FixtureMixture
  let levels, start: [Double]
  let cases: [Case]
}

/// The published procedure in NumPy, from the same starts.
@Test func gitsAgreesWithItsPublishedProcedure() throws {
  let reference = try fixture("gits", as: Reference.self)
  let flow = NoiseLevelFlow(mixture: try reference.mixture.make())
  let start = reference.mixture.rows(reference.start)
  let count = reference.levels.count
  let levels = polynomialLevels(count, from: 80, to: 0.002, rho: 7)
  for (a, b) in zip(levels, reference.levels) { #expect(agrees(a, b, relative: 1e-13)) }
  let teacher = TeacherTrajectories(flow, from: start, along: levels)
  #expect(teacher.evaluations == (count - 1) * start.rows)
  for c in reference.cases {
    var costs = teacher.summedCosts(c.metric == "l2" ? .distance : .deviation)
    for i in costs.elements.indices { costs.elements[i] /= Double(start.rows) }
    let upper = (0..<count).flatMap { i in (i + 1..<max(count, i + 1)).map { costs[i, $0] } }
    #expect(largestDifference(upper, c.costs) < 1e-10)
    for p in c.paths {
      let found = StepProgramme(costs: costs, steps: p.steps, coefficient: 1.15)
      #expect(found.path == p.path, "\(c.metric), \(p.steps) steps")
      #expect(agrees(found.value, p.value, relative: 1e-9))
    }
  }
}

/// All paths of small random matrices, with negative costs too.
@Test func theProgrammeFindsTheCheapestOfAllPaths() {
  for seed in 0..<20 as Range<UInt64> {
    let stream = RandomStream(seed: seed)
    let (count, coefficient) = (8, [0.8, 1, 1.15][Int(seed % 3)])
    var costs = Matrix<Double>(rows: count, columns: count, repeating: .infinity)
    let numbers = stream.uniforms(count * count)
    for i in 0..<count {
      for j in i + 1..<max(count, i + 1) { costs[i, j] = numbers[i * count + j] - 0.2 }
    }
    func value(_ path: [Int]) -> Double {
      zip(path, path.dropFirst()).reversed().reduce(0) { costs[$1.0, $1.1] + coefficient * $0 }
    }
    var best = [Double](repeating: .infinity, count: count)
    for subset in 0..<(1 << (count - 2)) {
      let path = [0] + (1..<count - 1).filter { subset >> ($0 - 1) & 1 == 1 } + [count - 1]
      best[path.count - 1] = min(best[path.count - 1], value(path))
    }
    for steps in 1..<count {
      let found = StepProgramme(costs: costs, steps: steps, coefficient: coefficient)
      #expect(found.path.count == steps + 1)
      #expect(agrees(found.value, best[steps], relative: 1e-12, absolute: 1e-12))
      #expect(agrees(found.value, value(found.path), relative: 1e-12, absolute: 1e-12))
    }
  }
}

/// On one Gaussian the flow is known: x̂ scales by √((c² + s²)/(c² + t²)).
@Test func theTeacherFollowsAGaussiansFlow() throws {
  let c = 0.5
  let mixture = try GaussianMixture(
    weights: [1], means: Matrix([[0, 0]]), covariances: .spherical([c * c]))
  let flow = NoiseLevelFlow(mixture: mixture)
  let start = RandomStream(seed: 1).normals(rows: 5, columns: 2)
  var errors: [Double] = []
  for count in [61, 121] {
    let levels = polynomialLevels(count, from: 80, to: 0.002, rho: 7)
    let teacher = TeacherTrajectories(flow, from: start, along: levels)
    let scale = ((c * c + 0.002 * 0.002) / (c * c + 6400)).squareRoot()
    let end = teacher.states[count - 1].elements
    errors.append(largestDifference(end, start.elements.map { $0 * scale }) / scale)
  }
  #expect(errors[0] < 0.02 && errors[1] < errors[0] / 3)
}
