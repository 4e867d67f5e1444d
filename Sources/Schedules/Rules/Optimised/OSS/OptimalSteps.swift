package import Arrays
package import Mixtures

/// The search of Optimal Stepsize Distillation (Pei, Hu and Gu, 2025): a student of few Euler steps
/// chooses, for each point of a teacher's fine grid, the step that lands nearest to the teacher.
///
/// z_k[j] = the z_{k−1}[i] + (u_j − u_i) v(z_{k−1}[i], u_i), i > j, nearest to the teacher's state at
/// u_j, or z_{k−1}[j] if no step comes nearer. The student moves from its own states, so this is greedy
/// over k and not a global optimum. Unlike the published code, the first step starts at T: there it may
/// start at any time with the noise of T.
package struct OptimalSteps: Sendable {
  /// The times of rectified flow, u = σ̂/(1 + σ̂), ascending.
  package let times: [Double]
  /// The teacher's states at each time.
  package let teacher: [Matrix<Double>]
  let mixture: GaussianMixture

  /// The teacher's Euler trajectory from `start`, states at the last time.
  package init(_ mixture: GaussianMixture, from start: Matrix<Double>, times: [Double]) {
    (self.mixture, self.times) = (mixture, times)
    var states = [start]
    for i in (1..<times.count).reversed() {
      let x = states[states.count - 1]
      states.append(
        advance(x, OptimalSteps.velocity(mixture, x, at: times[i]), by: times[i - 1] - times[i]))
    }
    teacher = states.reversed()
  }

  /// v = dx/du = (x − E[X_0|x])/u for x = (1 − u) X_0 + u Z, which is regular at u = 1.
  static func velocity(
    _ mixture: GaussianMixture, _ x: Matrix<Double>, at u: Double
  ) -> Matrix<Double> {
    var v = Marginal(mixture, alpha: 1 - u, sigmaSquared: u * u).posteriorMean(x)
    for i in v.elements.indices { v.elements[i] = (x.elements[i] - v.elements[i]) / u }
    return v
  }

  /// The mean squared distance, per coordinate, of a student's end from the teacher's.
  package func error(along path: [Int]) -> Double {
    let end = zip(path, path.dropFirst()).reduce(teacher[times.count - 1]) { x, step in
      let v = OptimalSteps.velocity(mixture, x, at: times[step.0])
      return advance(x, v, by: times[step.1] - times[step.0])
    }
    let goal = teacher[0].elements
    return zip(end.elements, goal).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      / Double(goal.count)
  }
}

/// x + h v.
private func advance(_ x: Matrix<Double>, _ v: Matrix<Double>, by h: Double) -> Matrix<Double> {
  var next = x
  for i in next.elements.indices { next.elements[i] = x.elements[i] + h * v.elements[i] }
  return next
}
