import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import TestSupport
import Testing

private let solvers: [any FixedStepSolver.Type] = [Euler.self, Heun.self, RungeKutta4.self]

/// Halving the step divides the error by 2^order.
@Test(arguments: [0, 1, 2], CovarianceType.allCases)
func solversConvergeAtTheirOrder(_ index: Int, _ type: CovarianceType) throws {
  let solver = solvers[index]
  let c = try RandomCase(3, type)
  let flow = ProbabilityFlow(c.mixture, c.process)
  let (start, end) = (c.process.horizon, 0.3 * c.process.horizon)
  let x = c.sample(8, at: start)
  let exact = Teacher(flow, tolerance: 1e-14).transport(x, from: start, to: end).states
  func error(_ steps: Int) -> Double {
    let grid = (0...steps).map { start + (end - start) * Double($0) / Double(steps) }
    return distance(solver.transport(flow, x, along: grid).elements, exact.elements)
  }
  let steps = solver.order == 4 ? 64 : 256
  let slope = Double.log(error(steps) / error(2 * steps)) / .log(2)
  #expect(abs(slope - Double(solver.order)) < 0.1, "\(solver.name), \(type): order \(slope)")
}

@Test func solversDescribeThemselves() {
  #expect(solvers.map { $0.name } == ["euler", "heun", "rk4"])
  #expect(solvers.map { $0.order } == [1, 2, 4])
  #expect(solvers.map { $0.evaluationsPerStep } == [1, 2, 4])
}

/// One step on ẋ = −βx(1 − σ∞²/s²), by hand.
@Test func oneStepIsTheTextbooks() throws {
  let process = try OrnsteinUhlenbeck(beta: 2, sigmaInfinity: 1.5, horizon: 1)
  let mixture = try GaussianMixture(
    weights: [1], means: Matrix(rows: 1, columns: 1), covariances: .spherical([0.3]))
  let flow = ProbabilityFlow(mixture, process)
  func v(_ x: Double, _ t: Double) -> Double {
    let a2 = Double.exp(-4 * t)
    return -2 * (x - 2.25 * x / (0.3 * a2 + 2.25 * (1 - a2)))
  }
  let (x, t, h) = (0.8, 0.6, -0.1)
  let k1 = v(x, t)
  let k2 = v(x + h / 2 * k1, t + h / 2)
  let k3 = v(x + h / 2 * k2, t + h / 2)
  let k4 = v(x + h * k3, t + h)
  let heun = x + h / 2 * (k1 + v(x + h * k1, t + h))
  let rk4 = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
  for (solver, expected) in zip(solvers, [x + h * k1, heun, rk4]) {
    let found = solver.step(flow, Matrix([[x]]), at: t, by: h)[0, 0]
    #expect(agrees(found, expected, relative: 1e-14), "\(solver.name)")
  }
}

/// Experiment 2 of the paper: its teacher, ten uniform steps on [0, log 2/(2β)], diverges at
/// σ_0 = 1e-4; the accurate one gives E‖y‖² = Σ w‖μ‖² + dσ_0², about 550, there and on [0, 1].
@Test func thePublishedTeacherDivergesAndTheAccurateOneDoesNot() throws {
  let mixture = try GaussianMixture.paper(seed: 0, sigma0: 1e-4)
  let process = try OrnsteinUhlenbeck()
  let flow = ProbabilityFlow(mixture, process)
  func energy(_ y: Matrix<Double>) -> SampleMean {
    SampleMean((0..<y.rows).map { i in y[row: i].reduce(0) { $0 + $1 * $1 } })
  }
  let short = Double.log(2) / 10
  for (start, steps) in [(short, 10), (1, 100)] {
    let x = flow.marginal(at: start).sample(400, from: RandomStream(seed: 1))
    let published = PublishedTeacher(flow, steps: steps).transport(x, from: start, to: 0)
    #expect(energy(published).value > 1e6)
    let accurate = Teacher(flow).transport(x, from: start, to: 0)
    #expect(accurate.outcome == .reached)
    let found = energy(accurate.states)
    #expect((520...640).contains(found.value))
    #expect(abs(found.deviation(from: mixture.secondMoment)) < 4.5)
    #expect(accurate.largestErrorEstimate < 1e-4)
  }
}

/// At σ_0 = 1, the setting of experiment 4, the published teacher is right.
@Test func thePublishedTeacherIsRightWhereTheFlowIsTame() throws {
  let flow = ProbabilityFlow(try .paper(seed: 0), try OrnsteinUhlenbeck())
  let x = flow.marginal(at: 1).sample(50, from: RandomStream(seed: 2))
  let published = PublishedTeacher(flow, steps: 100).transport(x, from: 1, to: 0)
  let accurate = Teacher(flow, tolerance: 1e-10).transport(x, from: 1, to: 0).states
  let error = distance(published.elements, accurate.elements) / norm(accurate.elements)
  #expect(error < 1e-3, "relative error \(error)")
}
