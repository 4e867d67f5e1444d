import Arrays
import Mixtures
import Schedules
import TestSupport
import Testing

private struct Reference: Decodable {
  struct Case: Decodable {
    let steps: Int
    let joint, median: [Int]
    let single: [[Int]]
    let error: Double
  }
  let mixture: FixtureMixture
  let times, start: [Double]
  let cases: [Case]
}

/// The published procedure in NumPy, from the same starts.
@Test func ossAgreesWithItsPublishedProcedure() throws {
  let reference = try fixture("oss", as: Reference.self)
  let search = OptimalSteps(
    try reference.mixture.make(), from: reference.mixture.rows(reference.start),
    times: reference.times)
  for c in reference.cases {
    let joint = search.paths(steps: c.steps, sharing: .all)
    #expect(joint == [c.joint], "\(c.steps) steps")
    #expect(agrees(search.error(along: joint[0]), c.error, relative: 1e-9))
    let single = search.paths(steps: c.steps, sharing: .none)
    #expect(single == c.single)
    #expect(medianPath(single) == c.median)
  }
}

/// With two steps the search is over all middles, so it finds the best of them.
@Test func twoStepsAreOptimal() throws {
  for seed in 0..<4 {
    let mixture = try RandomCase(seed, .full).mixture
    let start = Marginal(mixture, alpha: 0.02, sigmaSquared: 0.98 * 0.98).sample(
      16, from: RandomStream(seed: UInt64(seed)))
    let times = (0...20).map { 0.98 * Double($0) / 20 }
    let search = OptimalSteps(mixture, from: start, times: times)
    let path = search.paths(steps: 2, sharing: .all)[0]
    let best = (1..<20).map { search.error(along: [20, $0, 0]) }.reduce(.infinity, min)
    #expect(agrees(search.error(along: path), best, relative: 1e-12), "seed \(seed)")
    // As many steps as the teacher has follow it exactly.
    #expect(search.error(along: Array((0...20).reversed())) == 0)
  }
}

@Test func shortPathsAreCompleted() {
  #expect(completed([20, 20, 20, 3, 0], to: 4) == [20, 12, 8, 3, 0])
  #expect(completed([3, 0], to: 3) == [3, 2, 1, 0])
  #expect(completed([9, 5, 0], to: 2) == [9, 5, 0])
  #expect(medianPath([[9, 5, 0], [9, 8, 0], [9, 2, 0]]) == [9, 3, 0])
  #expect(medianPath([[9, 5, 0]]) == [9, 5, 0])
}
