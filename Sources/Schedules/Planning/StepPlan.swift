import Arrays
import Mixtures
import ProbabilityFlow

/// The choice of n steps among candidate times by dynamic programming with the sampler's own states.
///
/// For each candidate time and number of steps it keeps one path, the states that the sampler reaches on it,
/// and the effect at the end of their distance from the true trajectories, E‖DΦ_{end←t}(z − x)‖². A longer
/// path extends the one that leads to the least effect. Since the effect is measured at the end, paths
/// to different times compare, and since the states are the sampler's own, nothing is assumed small. One path
/// kept per state makes it a heuristic, as in Pei, Hu and Gu (2025, arXiv:2503.21774), whose
/// distances are not carried to the end.
struct StepPlan {
  /// The n + 1 times, descending.
  let times: [Double]
  /// Evaluations of the denoiser, over all samples.
  let evaluations: Int

  /// The sampler's path to a candidate.
  private struct Path {
    /// The candidates on it, from the first.
    let places: [Int]
    let states: Matrix<Double>
    let effect: Double
  }

  /// Plans n steps along the times of true trajectories.
  ///
  /// - Precondition: there are more than n times.
  init(
    _ flow: ProbabilityFlow, _ sampler: any FewStepSampler.Type, _ path: AdjointPath, steps n: Int
  ) {
    let (times, last) = (path.times, path.times.count - 1)
    precondition(n <= last, "\(n) steps among \(times.count) times")
    let start = path.states[0]
    let restarts = StepPlan.forgets(sampler, flow, path)
    var evaluations = 0
    var paths: [Path?] = Array(repeating: nil, count: times.count)
    paths[0] = Path(places: [0], states: start, effect: 0)
    for step in 1...n {
      var longer: [Path?] = Array(repeating: nil, count: times.count)
      for j in step...max(step, last - (n - step)) where step < n || j == last {
        for i in (step - 1)..<j {
          guard let before = paths[i] else { continue }
          // A sampler that keeps old evaluations has to come all the way again.
          let route = ((restarts ? [i] : before.places) + [j]).map { times[$0] }
          let states = sampler.run(flow, restarts ? before.states : start, along: route)
          evaluations += start.rows * sampler.evaluations(flow, along: route)
          let effect = path.squaredEffects(of: states.subtracting(path.states[j]), at: j)
            .reduce(0, +)
          guard effect.isFinite, effect < longer[j]?.effect ?? .infinity else { continue }
          longer[j] = Path(places: before.places + [j], states: states, effect: effect)
        }
      }
      paths = longer
    }
    // Only overflow leaves no path.
    let places = paths[last]?.places ?? (0...n).map { $0 * last / n }
    self.times = places.map { times[$0] }
    self.evaluations = evaluations
  }

  /// Whether a step depends on nothing but the state: two steps in one run are two runs.
  static func forgets(
    _ sampler: any FewStepSampler.Type, _ flow: ProbabilityFlow, _ path: AdjointPath
  ) -> Bool {
    let times = path.times
    guard times.count > 4 else { return false }
    let places = [0, times.count / 3, times.count / 2, times.count * 2 / 3].map { times[$0] }
    let few = path.states[0].rowBlock(0..<min(4, path.states[0].rows))
    let whole = sampler.run(flow, few, along: places)
    let parts = zip(places, places.dropFirst()).reduce(few) {
      sampler.run(flow, $0, along: [$1.0, $1.1])
    }
    return zip(whole.elements, parts.elements).allSatisfy {
      abs($0 - $1) <= 1e-9 * (abs($0) + abs($1))
    }
  }
}

extension Matrix<Double> {
  /// self − other.
  func subtracting(_ other: Matrix<Double>) -> Matrix<Double> {
    var result = self
    for i in result.elements.indices { result.elements[i] -= other.elements[i] }
    return result
  }
}
