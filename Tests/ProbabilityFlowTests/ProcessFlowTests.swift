import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import TestSupport
import Testing

private func process(_ type: any CatalogedProcess.Type) throws -> any ForwardProcess {
  try type.init(
    parameters: type.parameterDefaults.map { $0.value }, horizon: type.defaultHorizon)
}

@Suite struct ProcessFlowTests {
  /// One Gaussian: v = α'μ + ½ (log c)' (x − αμ) by eigendirection, also where α = 0.
  @Test(arguments: ProcessCatalog.all.indices) func oneGaussian(index: Int) throws {
    let process = try process(ProcessCatalog.all[index])
    let variances = [0.02, 3]
    let mean = [1.5, -2.0]
    let flow = ProbabilityFlow(
      try GaussianMixture(
        weights: [1], means: Matrix(rows: 1, columns: 2, elements: mean),
        covariances: .diagonal(Matrix(rows: 1, columns: 2, elements: variances))), process)
    let x = [3.0, -7.0]
    let point = Matrix(rows: 1, columns: 2, elements: x)
    for share in [0, 1e-6, 0.01, 0.2, 0.7, 0.95, 0.99, 0.9999, 0.999999, 1] {
      let t = share * process.horizon
      let (alpha, speed) = (process.alpha(t), process.alphaDerivative(t))
      let v = flow.velocity(point, at: t)
      let jacobian = flow.velocityJacobian(point, at: t)
      for a in 0..<2 {
        let c = alpha * alpha * variances[a] + process.sigmaSquared(t)
        let rate =
          (alpha * speed * variances[a] + 0.5 * process.sigmaSquaredDerivative(t)) / c
        let expected = speed * mean[a] + rate * (x[a] - alpha * mean[a])
        let size = abs(speed * mean[a]) + abs(rate) * 10
        #expect(abs(v[0, a] - expected) <= 1e-11 * size, "\(process.name) \(t)")
        #expect(abs(jacobian[0, 3 * a] - rate) <= 1e-11 * abs(rate) + 1e-13)
      }
      #expect(abs(jacobian[0, 1]) + abs(jacobian[0, 2]) <= 1e-13 * abs(jacobian[0, 0]))
    }
  }

  /// The Jacobian against differences of the velocity, close to and at pure noise.
  @Test(arguments: ProcessCatalog.all.indices, CovarianceType.allCases)
  func jacobianIsTheDerivative(index: Int, type: CovarianceType) throws {
    let process = try process(ProcessCatalog.all[index])
    let mixture = try RandomCase(index + 3, type).mixture
    let flow = ProbabilityFlow(mixture, process)
    let d = mixture.dimension
    for share in [0.3, 0.9, 0.995, 1] {
      let t = share * process.horizon
      let x = flow.marginal(at: t).sample(3, from: RandomStream(seed: 5))
      let jacobian = flow.velocityJacobian(x, at: t)
      let scale = jacobian.elements.reduce(0) { max($0, abs($1)) }
      for a in 0..<d {
        let h = 1e-5 * (process.sigmaSquared(t) + 1).squareRoot()
        func shifted(_ by: Double) -> Matrix<Double> {
          var y = x
          for i in 0..<y.rows { y[i, a] += by }
          return flow.velocity(y, at: t)
        }
        let (up, down) = (shifted(h), shifted(-h))
        for i in 0..<x.rows {
          for b in 0..<d {
            let slope = (up[i, b] - down[i, b]) / (2 * h)
            // The rounding of the difference of two velocities, over 2h.
            let rounding = 1e-14 * (abs(up[i, b]) + abs(down[i, b])) / h
            #expect(
              abs(slope - jacobian[i, b * d + a]) < 1e-6 * scale + rounding,
              "\(process.name) \(t)")
          }
        }
      }
    }
  }

  /// Both forms of velocity and Jacobian where the software changes from one to the other.
  @Test func formsMeet() throws {
    let flow = ProbabilityFlow(try RandomCase(4, .full).mixture, try RectifiedFlow())
    let border = 1 / (1 + 0.01)
    let x = flow.marginal(at: border).sample(20, from: RandomStream(seed: 1))
    let (before, after) = (border * (1 - 1e-9), border * (1 + 1e-9))
    #expect(
      largestDifference(
        flow.velocity(x, at: before).elements, flow.velocity(x, at: after).elements) < 1e-6)
    #expect(
      largestDifference(
        flow.velocityJacobian(x, at: before).elements,
        flow.velocityJacobian(x, at: after).elements) < 1e-6)
  }

  /// All flows are one flow in x/α at equal noise level: the strongest check of a process.
  @Test(arguments: CovarianceType.allCases) func processesAgree(type: CovarianceType) throws {
    let mixture = try RandomCase(8, type).mixture
    let reference = ProbabilityFlow(mixture, try VarianceExploding(horizon: 80))
    let x = reference.marginal(at: 4).sample(30, from: RandomStream(seed: 9))
    let expected = try Teacher(reference, tolerance: 1e-11).transport(x, from: 4, to: 0.01)
      .orThrow().states
    for entry in ProcessCatalog.all {
      let process = try process(entry)
      let flow = ProbabilityFlow(mixture, process)
      let from = try #require(process.time(atNoiseLevel: 4))
      let to = try #require(process.time(atNoiseLevel: 0.01))
      let start = Matrix(
        rows: x.rows, columns: x.columns, elements: x.elements.map { $0 * process.alpha(from) })
      let end = try Teacher(flow, tolerance: 1e-11).transport(start, from: from, to: to)
        .orThrow().states
      let mapped = end.elements.map { $0 / process.alpha(to) }
      #expect(largestDifference(mapped, expected.elements) < 1e-8, "\(process.name)")
    }
  }

  /// From pure noise, where f and g² are infinite, against many fixed steps.
  @Test func fromPureNoise() throws {
    for process in [
      try RectifiedFlow() as any ForwardProcess,
      try CosineVariancePreserving(parameters: [0.008], horizon: 1),
    ] {
      let flow = ProbabilityFlow(try RandomCase(2, .full).mixture, process)
      let x = flow.marginal(at: 1).sample(10, from: RandomStream(seed: 2))
      let teacher = try Teacher(flow, tolerance: 1e-11).transport(x, from: 1, to: 0.3).orThrow()
      let steps = 1500
      let grid = (0...steps).map { 1 - 0.7 * Double($0) / Double(steps) }
      let fine = RungeKutta4.transport(flow, x, along: grid)
      #expect(
        largestDifference(teacher.states.elements, fine.elements) < 1e-8, "\(process.name)")
    }
  }
}
