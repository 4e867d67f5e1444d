import Arrays
import Mixtures
import ProbabilityFlow
import TestSupport
import Testing

/// A mixture of a type and dimension large enough for BLAS to choose among its kernels.
private func wide(_ type: CovarianceType, dimension d: Int) throws -> ProbabilityFlow {
  let stream = RandomStream(seed: 5)
  let k = 3
  let u = stream.uniforms(k * d).map { 0.05 + $0 }
  func matrix(_ j: UInt64) -> Matrix<Double> {
    let g = stream.substream(j).normals(rows: d, columns: d)
    var product = Gemm.product(g, transposed: g)
    for i in product.elements.indices { product.elements[i] /= Double(d) }
    for a in 0..<d { product[a, a] += 0.05 }
    return product
  }
  let covariances: Covariances =
    switch type {
    case .spherical: .spherical(Array(u.prefix(k)))
    case .diagonal: .diagonal(Matrix(rows: k, columns: d, elements: u))
    case .tied: .tied(matrix(0))
    case .full: .full((0..<UInt64(k)).map(matrix))
    }
  let mixture = try GaussianMixture(
    weights: [0.2, 0.3, 0.5], means: stream.substream("means").normals(rows: k, columns: d),
    covariances: covariances)
  return ProbabilityFlow(mixture, try OrnsteinUhlenbeck())
}

/// The same bits for every number of threads.
@Test(arguments: CovarianceType.allCases, [2, 17])
func threadsChangeNothing(_ type: CovarianceType, _ d: Int) throws {
  let flow = try wide(type, dimension: d)
  let teacher = Teacher(flow, tolerance: 1e-6)
  let x = flow.marginal(at: 1).sample(200, from: RandomStream(seed: 6))
  let before = Parallel.threadCount
  defer { Parallel.threadCount = before }
  Parallel.threadCount = 1
  let one = teacher.transport(x, from: 1, to: 0)
  let velocity = flow.velocity(x, at: 0.2)
  Parallel.threadCount = 3
  let three = teacher.transport(x, from: 1, to: 0)
  #expect(three.states == one.states && three.errorEstimates == one.errorEstimates)
  #expect(three.evaluations == one.evaluations && three.rejections == one.rejections)
  #expect(flow.velocity(x, at: 0.2) == velocity)
}

/// The same bits however a batch is split: a sample's path is its own.
@Test(arguments: CovarianceType.allCases, [2, 5, 17, 64])
func splittingABatchChangesNothing(_ type: CovarianceType, _ d: Int) throws {
  let flow = try wide(type, dimension: d)
  let teacher = Teacher(flow, tolerance: 1e-6)
  let x = flow.marginal(at: 1).sample(133, from: RandomStream(seed: 6))
  let whole = teacher.transport(x, from: 1, to: 0)
  let some = flow.marginal(at: 1).sample(41, from: RandomStream(seed: 6))
  #expect(some == x.rowBlock(0..<41))
  let (velocity, density) = (flow.velocity(x, at: 0.2), flow.marginal(at: 0.2).logDensity(x))
  for range in [0..<1, 1..<3, 3..<68, 68..<133] {
    let part = x.rowBlock(range)
    let carried = teacher.transport(part, from: 1, to: 0)
    #expect(carried.states == whole.states.rowBlock(range), "\(type), d = \(d), rows \(range)")
    #expect(carried.errorEstimates == Array(whole.errorEstimates[range]))
    #expect(flow.velocity(part, at: 0.2) == velocity.rowBlock(range))
    #expect(flow.marginal(at: 0.2).logDensity(part) == Array(density[range]))
  }
}
