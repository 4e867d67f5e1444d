import Arrays
import RealModule
import Stability
import TestSupport
import Testing

private typealias Edge = LipschitzRegression.Edge

private func allPairs(_ x: Matrix<Double>, budget: Double) -> [Edge] {
  (0..<x.rows).flatMap { i in
    (i + 1..<x.rows).map { j in
      Edge(i, j, limit: budget * distance(x[row: i], x[row: j]))
    }
  }
}

@Test func twoPointsReachTheClosedForm() {
  // R = 5, Mδ = 2, weights 0.3 and 0.1: (R − Mδ)² w_1w_2/(w_1 + w_2).
  var pair = LipschitzRegression(
    targets: Matrix([[0, 0], [3, 4]]), weights: [0.3, 0.1], edges: [Edge(0, 1, limit: 2)])
  #expect(pair.lowerBound == 0)
  pair.ascend()
  #expect(agrees(pair.lowerBound, 9 * 0.03 / 0.4, relative: 1e-10))
  #expect(agrees(pair.errorShares.reduce(0, +), 9 * 0.03 / 0.4, relative: 1e-10))
}

/// Two clusters at ±1, all distances 1: every value moves by (2 − M)/2, which pairs prove already.
@Test func twoClustersReachTheClosedForm() {
  let n = 12
  let targets = Matrix(rows: n, columns: 1, elements: (0..<n).map { $0 % 2 == 0 ? -1.0 : 1.0 })
  let edges = (0..<n).flatMap { i in (i + 1..<n).map { Edge(i, $0, limit: 0.5) } }
  var problem = LipschitzRegression(
    targets: targets, weights: Array(repeating: 1 / Double(n), count: n), edges: edges)
  problem.pair((0..<n).map { $0 ^ 1 })
  #expect(agrees(problem.lowerBound, 0.75 * 0.75, relative: 1e-10))
  problem.ascend()
  #expect(agrees(problem.lowerBound, 0.75 * 0.75, relative: 1e-10))
}

/// No dual value exceeds the error of any feasible map, each made from McShane's extension by
/// coordinates; ascending never loses, and its end is the optimum.
@Test func dualValuesAreBelowEveryFeasibleMap() {
  for seed in 0..<40 {
    let stream = RandomStream(seed: 72).substream(UInt64(seed))
    let (n, d) = (3 + seed % 15, 1 + seed % 3)
    let x = stream.substream("x").normals(rows: n, columns: d)
    let y = stream.substream("y").normals(rows: n, columns: d)
    let u = stream.substream("w").uniforms(n)
    let weights = u.map { ($0 + 0.1) / (u.reduce(0, +) + 0.1 * Double(n)) }
    let budget = [0.1, 0.5, 1][seed % 3]
    var problem = LipschitzRegression(
      targets: y, weights: weights, edges: allPairs(x, budget: budget))
    var last = 0.0
    for _ in 0..<20 {
      problem.ascend(sweepLimit: 10)
      let value = problem.lowerBound
      #expect(value >= last * (1 - 1e-9))
      last = value
    }
    #expect(last > 0)
    let slope = budget / Double(d).squareRoot()
    var primal = 0.0
    for i in 0..<n {
      for a in 0..<d {
        let candidates = (0..<n).map { j in
          (y[j, a], slope * distance(x[row: i], x[row: j]))
        }
        let low = candidates.map { $0.0 + $0.1 }.reduce(.infinity, min)
        let high = candidates.map { $0.0 - $0.1 }.reduce(-.infinity, max)
        let e = 0.5 * (low + high) - y[i, a]
        primal += weights[i] * e * e
      }
    }
    #expect(last <= primal, "seed \(seed)")
    // At the optimum the values keep every limit, so duality leaves no gap.
    #expect(agrees(problem.errorShares.reduce(0, +), last, relative: 0.02), "seed \(seed)")
  }
}

/// The confidence bound fails no more often than it says, on laws with heavy tails too.
@Test func theConfidenceBoundKeepsItsPromise() {
  let (trials, count, failure) = (600, 60, 0.05)
  for law in 0..<3 {
    var failures = 0
    var sum = 0.0
    for trial in 0..<trials {
      let stream = RandomStream(seed: 73).substream(UInt64(1000 * law + trial))
      let (u, z) = (stream.uniforms(count), stream.substream("z").normals(rows: count, columns: 1))
      // Means: 1, e^2, 0.2.
      let values = (0..<count).map { i in
        switch law {
        case 0: -Double.log(u[i])
        case 1: Double.exp(2 * z[i, 0])
        default: u[i] < 0.2 ? 1.0 : 0
        }
      }
      let mean = [1, Double.exp(2), 0.2][law]
      let bound = BettingBound.lowerBound(values, failure: failure)
      if bound > mean { failures += 1 }
      sum += bound / mean / Double(trials)
    }
    // 30 expected at most; 60 would be five and a half standard deviations more.
    #expect(failures < 60, "law \(law): \(failures) of \(trials)")
    #expect(sum > 0.15 && sum < 1, "law \(law) keeps \(sum)")
  }
  // Equal values prove nearly themselves: δ^{1/B} at full stakes.
  let equal = BettingBound.lowerBound(Array(repeating: 3, count: 200), failure: 0.01)
  #expect(equal > 3 * 0.96 && equal < 3)
  #expect(BettingBound.lowerBound([0, 0, 0], failure: 0.01) == 0)
  #expect(BettingBound.lowerBound([], failure: 0.01) == 0)
}
