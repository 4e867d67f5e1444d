import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import TestSupport
import Testing

/// One Gaussian of covariance H diag(λ) H, H being a Householder reflection that the test knows.
private struct OneGaussian {
  let mean: [Double]
  let eigenvalues: [Double]
  let axis: [Double]
  let mixture: GaussianMixture

  init(_ seed: Int, _ type: CovarianceType) throws {
    let stream = RandomStream(seed: 41).substream(UInt64(seed))
    let d = 1 + seed % 5
    let u = stream.uniforms(2 * d)
    mean = u.prefix(d).map { 6 * $0 - 3 }
    eigenvalues = (0..<d).map { type == .spherical ? 0.1 + u[d] : 0.01 + 2 * u[d + $0] }
    let raw = Array(stream.substream("axis").normals(rows: 1, columns: d).elements)
    axis = type == .tied || type == .full ? raw.map { $0 / norm(raw) } : []
    var matrix = Matrix<Double>(rows: d, columns: d)
    for a in 0..<d {
      var column = [Double](repeating: 0, count: d)
      column[a] = 1
      column = OneGaussian.reflect(column, axis)
      column = OneGaussian.reflect(zip(column, eigenvalues).map { $0 * $1 }, axis)
      for b in 0..<d { matrix[b, a] = column[b] }
    }
    let covariances: Covariances =
      switch type {
      case .spherical: .spherical([eigenvalues[0]])
      case .diagonal: .diagonal(Matrix([eigenvalues]))
      case .tied: .tied(matrix)
      case .full: .full([matrix])
      }
    mixture = try GaussianMixture(weights: [1], means: Matrix([mean]), covariances: covariances)
  }

  static func reflect(_ v: [Double], _ axis: [Double]) -> [Double] {
    guard !axis.isEmpty else { return v }
    let product = zip(v, axis).reduce(0) { $0 + $1.0 * $1.1 }
    return zip(v, axis).map { $0 - 2 * product * $1 }
  }

  /// Φ_{s←t}(x): each principal axis is scaled by √(c_a(s)/c_a(t)) about the moving mean.
  func flow(_ x: [Double], _ process: OrnsteinUhlenbeck, from t: Double, to s: Double) -> [Double] {
    func variance(_ lambda: Double, _ t: Double) -> Double {
      process.alpha(t) * process.alpha(t) * lambda + process.sigmaSquared(t)
    }
    let centred = zip(x, mean).map { $0 - process.alpha(t) * $1 }
    let scaled = zip(OneGaussian.reflect(centred, axis), eigenvalues).map {
      $0 * (variance($1, s) / variance($1, t)).squareRoot()
    }
    return zip(OneGaussian.reflect(scaled, axis), mean).map { $0 + process.alpha(s) * $1 }
  }
}

@Test(arguments: CovarianceType.allCases)
func oneGaussianIsScaledAboutItsMovingMean(_ type: CovarianceType) throws {
  for seed in 0..<15 {
    let gaussian = try OneGaussian(seed, type)
    let process = try OrnsteinUhlenbeck(beta: 2, sigmaInfinity: 0.7, horizon: 1.5)
    let teacher = Teacher(ProbabilityFlow(gaussian.mixture, process), tolerance: 1e-12)
    let x = RandomStream(seed: 8).normals(rows: 5, columns: gaussian.mean.count)
    for (t, s) in [(1.5, 0), (1.5, 0.2), (0, 1.5), (0.1, 0.4), (0.3, 0.3)] {
      let result = teacher.transport(x, from: t, to: s)
      for i in 0..<x.rows {
        let expected = gaussian.flow(Array(x[row: i]), process, from: t, to: s)
        #expect(distance(result.states[row: i], expected) < 1e-10 * (1 + norm(expected)))
      }
    }
  }
}

/// Against the classical method in the process's own state and time, with very many steps that are
/// graded towards the data, in both directions.
@Test(arguments: CovarianceType.allCases)
func theTeacherAgreesWithFixedSteps(_ type: CovarianceType) throws {
  for seed in 0..<6 {
    let c = try RandomCase(seed, type)
    let flow = ProbabilityFlow(c.mixture, c.process)
    let (n, horizon) = (2000, c.process.horizon)
    let grid = (0...n).map { i in
      let u = Double(n - i) / Double(n)
      return horizon * u * u
    }
    let teacher = Teacher(flow, tolerance: 1e-12)
    let noise = c.sample(6, at: horizon)
    let down = teacher.transport(noise, from: horizon, to: 0)
    let stepped = RungeKutta4.transport(flow, noise, along: grid)
    #expect(largestDifference(down.states.elements, stepped.elements) < 1e-8, "\(type), \(seed)")
    let data = c.sample(6, at: 0)
    let up = teacher.transport(data, from: 0, to: horizon)
    let climbed = RungeKutta4.transport(flow, data, along: grid.reversed())
    #expect(largestDifference(up.states.elements, climbed.elements) < 1e-8, "\(type), \(seed)")
  }
}

@Test(arguments: CovarianceType.allCases)
func thereAndBackIsTheIdentity(_ type: CovarianceType) throws {
  for seed in 0..<10 {
    let c = try RandomCase(seed, type)
    let teacher = Teacher(ProbabilityFlow(c.mixture, c.process), tolerance: 1e-13)
    let (x, horizon) = (c.sample(10, at: 0), c.process.horizon)
    let noise = teacher.transport(x, from: 0, to: horizon)
    let back = teacher.transport(noise.states, from: horizon, to: 0)
    #expect(noise.outcome == .reached && back.outcome == .reached)
    #expect(largestDifference(back.states.elements, x.elements) < 1e-9, "\(type), seed \(seed)")
  }
}

/// Φ_{0←s} ∘ Φ_{s←T} = Φ_{0←T}.
@Test(arguments: CovarianceType.allCases)
func mapsCompose(_ type: CovarianceType) throws {
  let c = try RandomCase(2, type)
  let teacher = Teacher(ProbabilityFlow(c.mixture, c.process), tolerance: 1e-12)
  let (horizon, x) = (c.process.horizon, c.sample(10, at: c.process.horizon))
  let middle = teacher.transport(x, from: horizon, to: 0.37 * horizon).states
  let twice = teacher.transport(middle, from: 0.37 * horizon, to: 0).states
  let once = teacher.transport(x, from: horizon, to: 0).states
  #expect(largestDifference(twice.elements, once.elements) < 1e-9)
}

/// Draws of p_T become draws of p_0: second moments, in standard errors.
@Test(arguments: CovarianceType.allCases)
func theFlowCarriesTheLaw(_ type: CovarianceType) throws {
  for seed in 0..<4 {
    let c = try RandomCase(seed, type)
    let horizon = c.process.horizon
    let teacher = Teacher(ProbabilityFlow(c.mixture, c.process), tolerance: 1e-5)
    let y = teacher.transport(c.sample(2000, at: horizon), from: horizon, to: 0).states
    let squares = SampleMean(
      (0..<y.rows).map { i in y[row: i].reduce(0) { $0 + $1 * $1 } })
    #expect(abs(squares.deviation(from: c.mixture.secondMoment)) < 4.5, "\(type), seed \(seed)")
  }
}

/// With fewer components than coordinates and one variance only the span of the means is integrated.
@Test(arguments: [1, 2, 3, 6])
func theFlowWithinTheSpanOfTheMeansIsTheFlow(_ k: Int) throws {
  let (n, d) = (30, 10)
  let stream = RandomStream(seed: 11).substream(UInt64(k))
  var means = stream.substream("means").normals(rows: k, columns: d)
  // The last mean is a multiple of the first: the span has a dimension less.
  if k == 6 { means[row: 5] = ArraySlice(means[row: 0].map { -0.5 * $0 }) }
  let mixture = try GaussianMixture(
    weights: (1...k).map { 2 * Double($0) / Double(k * (k + 1)) }, means: means,
    covariances: .spherical(Array(repeating: 0.09, count: k)))
  let flow = ProbabilityFlow(mixture, try OrnsteinUhlenbeck(beta: 2))
  let x = flow.marginal(at: 1).sample(n, from: stream.substream("x"))
  let transport = Teacher(flow, tolerance: 1e-12).transport(x, from: 1, to: 0.01)
  let fixed = PublishedTeacher(flow, steps: 3000).transport(x, from: 1, to: 0.01)
  #expect(largestDifference(transport.states.elements, fixed.elements) < 1e-9)
  // And back, with a row that has nowhere to go.
  var bad = transport.states
  bad[7, 3] = .nan
  let back = Teacher(flow, tolerance: 1e-12).transport(bad, from: 0.01, to: 1)
  #expect(back.outcome == .unfinished(rows: [7]))
  for i in 0..<n where i != 7 {
    #expect(distance(back.states[row: i], x[row: i]) < 1e-9)
  }
}
