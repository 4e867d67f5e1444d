import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import TestSupport
import Testing

/// A case, samples of p_t at the start of a transport, and vectors at each of them.
private struct TangentCase {
  let base: RandomCase
  let flow: ProbabilityFlow
  let x, vectors: Matrix<Double>
  let from, to: Double

  init(_ seed: Int, _ type: CovarianceType, down: Bool = true, count: Int = 1) throws {
    base = try RandomCase(seed, type)
    flow = ProbabilityFlow(base.mixture, base.process)
    let horizon = base.process.horizon
    (from, to) = down ? (horizon, 0) : (0.02 * horizon, 0.7 * horizon)
    x = base.sample(5, at: from)
    vectors = base.stream.substream("vectors").normals(
      rows: x.rows, columns: count * base.mixture.dimension)
  }

  /// Σ_i ‖a_i‖² for the whole matrix, the scale of a comparison.
  static func size(_ a: Matrix<Double>) -> Double { norm(a.elements) }
}

/// DΦ v by differences of order 4 of a strict teacher: where two basins meet, those of order 2 are
/// good to four digits only.
private func differences(_ c: TangentCase, _ teacher: Teacher) -> Matrix<Double> {
  let d = c.x.columns
  var result = c.vectors
  let h = 2e-5
  for j in 0..<c.vectors.columns / d {
    func moved(_ step: Double) -> Matrix<Double> {
      var x = c.x
      for i in 0..<x.rows {
        for a in 0..<d { x[i, a] += step * c.vectors[i, j * d + a] }
      }
      return teacher.transport(x, from: c.from, to: c.to).states
    }
    let (near, far) = ((moved(h), moved(-h)), (moved(2 * h), moved(-2 * h)))
    for i in 0..<c.x.rows {
      for a in 0..<d {
        let (one, two) = (near.0[i, a] - near.1[i, a], far.0[i, a] - far.1[i, a])
        result[i, j * d + a] = (8 * one - two) / (12 * h)
      }
    }
  }
  return result
}

@Test(arguments: CovarianceType.allCases, [true, false])
func tangentsAreDifferencesOfTheTeacher(_ type: CovarianceType, _ down: Bool) throws {
  for seed in 0..<6 {
    let c = try TangentCase(seed, type, down: down, count: 2)
    let pushed = TangentFlow(c.flow).push(c.vectors, at: c.x, from: c.from, to: c.to)
    #expect(pushed.outcome == .reached)
    let teacher = Teacher(c.flow, tolerance: 1e-13)
    let expected = differences(c, teacher)
    let scale = TangentCase.size(expected)
    #expect(
      distance(pushed.vectors.elements, expected.elements) < 2e-7 * scale + 1e-8, "seed \(seed)")
    let states = teacher.transport(c.x, from: c.from, to: c.to).states
    #expect(largestDifference(pushed.states.elements, states.elements) < 1e-8)
  }
}

/// ⟨u, DΦ v⟩ = ⟨DΦᵀ u, v⟩, by two integrations in opposite directions.
@Test(arguments: CovarianceType.allCases, [true, false])
func adjointsAreTransposed(_ type: CovarianceType, _ down: Bool) throws {
  for seed in 0..<8 {
    let c = try TangentCase(seed, type, down: down)
    let flow = TangentFlow(c.flow, tolerance: 1e-12)
    let u = c.base.stream.substream("covectors").normals(rows: c.x.rows, columns: c.x.columns)
    let pushed = flow.push(c.vectors, at: c.x, from: c.from, to: c.to)
    let pulled = flow.pull(u, at: c.x, from: c.from, to: c.to)
    #expect(pulled.outcome == .reached)
    #expect(largestDifference(pulled.states.elements, c.x.elements) < 1e-8)
    for i in 0..<c.x.rows {
      func inner(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
        zip(a[row: i], b[row: i]).reduce(0) { $0 + $1.0 * $1.1 }
      }
      let scale = norm(u[row: i]) * norm(pushed.vectors[row: i])
      let defect = inner(u, pushed.vectors) - inner(pulled.vectors, c.vectors)
      #expect(abs(defect) < 1e-9 * scale + 1e-11, "seed \(seed)")
    }
  }
}

/// In one dimension the flow map carries p_T to p_0, so DΦ = p_T(x_T)/p_0(x_0) exactly.
@Test func inOneDimensionTheDerivativeIsADensityRatio() throws {
  var found = 0
  for seed in 0..<60 {
    for type in CovarianceType.allCases {
      let base = try RandomCase(seed, type)
      guard base.mixture.dimension == 1 else { continue }
      found += 1
      let (flow, horizon) = (ProbabilityFlow(base.mixture, base.process), base.process.horizon)
      let x = base.sample(40, at: horizon)
      let one = Matrix<Double>(rows: x.rows, columns: 1, repeating: 1)
      let pushed = TangentFlow(flow, tolerance: 1e-12).push(one, at: x, from: horizon, to: 0)
      let before = flow.marginal(at: horizon).logDensity(x)
      let after = flow.marginal(at: 0).logDensity(pushed.states)
      let norms = TangentFlow(flow).amplification(at: x, from: horizon, to: 0).logNorms
      for i in 0..<x.rows {
        let log = Double.log(pushed.vectors[i, 0])
        #expect(abs(log - (before[i] - after[i])) < 1e-9, "seed \(seed), \(type)")
        #expect(abs(norms[i] - log) < 1e-7)
      }
    }
  }
  #expect(found > 20)
}

/// One Gaussian: DΦ = C_s^{1/2} C_t^{-1/2}, the same at every point.
@Test(arguments: CovarianceType.allCases)
func oneGaussianIsClosed(_ type: CovarianceType) throws {
  let process = try OrnsteinUhlenbeck(beta: 2, sigmaInfinity: 1.5)
  let d = 4
  var matrix = Matrix<Double>.identity(d)
  if type != .spherical {
    for a in 0..<d { matrix[a, a] = 0.1 * Double(a + 1) }
  }
  if type == .tied || type == .full {
    for a in 0..<d {
      for b in 0..<d { matrix[a, b] += 0.05 }
    }
  }
  let covariances: Covariances =
    switch type {
    case .spherical: .spherical([1])
    case .diagonal: .diagonal(Matrix([(0..<d).map { matrix[$0, $0] }]))
    case .tied: .tied(matrix)
    case .full: .full([matrix])
    }
  let mixture = try GaussianMixture(
    weights: [1], means: Matrix([[1, -2, 0.5, 3]]), covariances: covariances)
  let flow = ProbabilityFlow(mixture, process)
  let x = flow.marginal(at: 1).sample(3, from: RandomStream(seed: 9))
  let values = try #require(SymmetricEigen(matrix)).values
  let alpha2 = process.alpha(1) * process.alpha(1)
  let largest = values.map { Double.log($0 / (alpha2 * $0 + process.sigmaSquared(1))) / 2 }.max()
  let found = TangentFlow(flow).amplification(at: x, from: 1, to: 0)
  for log in found.logNorms { #expect(abs(log - (largest ?? .nan)) < 1e-9) }
}

/// The two-mode example of theory.md section 3: the supremum 9.1039 at the midpoint, which attains
/// the one-sided certificate.
@Test(arguments: [1, 3])
func theMidpointOfTwoModesAttainsTheCertificate(_ dimension: Int) throws {
  let process = try OrnsteinUhlenbeck()
  let flow = ProbabilityFlow(
    try twoModes(at: 1, variance: 0.16, dimension: dimension), process)
  let offsets = (-40...40).map { Double($0) / 10 }
  var x = Matrix<Double>(rows: offsets.count, columns: dimension)
  for (i, offset) in offsets.enumerated() { x[i, 0] = offset }
  let norms = TangentFlow(flow).amplification(at: x, from: 1, to: 0).logNorms.map(Double.exp)
  #expect(abs((norms.max() ?? 0) - 9.1039) < 1e-4)
  #expect(norms[40] == norms.max())
}

/// Iteration, whole Jacobian and reduction to the means' span agree; an iterated norm is never above.
@Test(arguments: CovarianceType.allCases)
func iterationFindsTheNorm(_ type: CovarianceType) throws {
  for seed in 0..<6 {
    let c = try TangentCase(seed, type)
    let flow = TangentFlow(c.flow)
    let exact = flow.amplification(at: c.x, from: c.from, to: c.to)
    let iterated = flow.iterated(c.x, from: c.from, to: c.to, accuracy: 1e-8)
    for i in 0..<c.x.rows {
      #expect(abs(exact.logNorms[i] - iterated.logNorms[i]) < 1e-6, "seed \(seed)")
      #expect(iterated.residuals[i] <= 1e-8 && exact.residuals[i] == 0)
    }
    // One step: a lower bound, and said to be unfinished.
    let crude = flow.iterated(c.x, from: c.from, to: c.to, accuracy: 1e-8, limit: 1)
    for i in 0..<c.x.rows {
      #expect(crude.logNorms[i] <= exact.logNorms[i] + 1e-8)
      if exact.logNorms[i] - crude.logNorms[i] > 1e-3 { #expect(crude.residuals[i] > 1e-8) }
    }
  }
}

/// The reduction to the span of the means changes nothing, down or up.
@Test(arguments: [true, false])
func theSpanOfTheMeansIsEnough(_ down: Bool) throws {
  for seed in 0..<6 {
    let stream = RandomStream(seed: 77).substream(UInt64(seed))
    let (k, d) = (2 + seed % 3, 6)
    let mixture = try GaussianMixture(
      weights: Array(repeating: 1 / Double(k), count: k),
      means: stream.substream("means").normals(rows: k, columns: d),
      covariances: .spherical(Array(repeating: 0.09, count: k)))
    let process = try OrnsteinUhlenbeck(sigmaInfinity: 1.3)
    let flow = TangentFlow(ProbabilityFlow(mixture, process))
    let (t, s) = down ? (1.0, 0.0) : (0.0, 0.6)
    let x = flow.flow.marginal(at: t).sample(6, from: stream)
    let reduced = flow.amplification(at: x, from: t, to: s)
    // Lanczos works in all six dimensions.
    let all = flow.iterated(x, from: t, to: s, accuracy: 1e-8)
    #expect(largestDifference(reduced.logNorms, all.logNorms) < 1e-6, "seed \(seed)")
  }
}

@Test func tangentsDoNotDependOnThreads() throws {
  let c = try TangentCase(3, .full)
  let x = c.base.sample(100, at: c.from)
  let flow = TangentFlow(c.flow, tolerance: 1e-6)
  let before = Parallel.threadCount
  defer { Parallel.threadCount = before }
  let runs = [1, 2, 3].map { threads in
    Parallel.threadCount = threads
    return flow.amplification(at: x, from: c.from, to: c.to).logNorms
  }
  #expect(runs[0] == runs[1] && runs[1] == runs[2])
}
