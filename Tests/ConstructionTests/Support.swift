import Arrays
import Construction
import Mixtures

/// A random mixture with one covariance for all components: spherical, diagonal or tied.
func sharedMixture(
  seed: UInt64, type: Int, dimensions: Int = 8, components: Int = 10
) throws -> GaussianMixture {
  let random = RandomStream(seed: seed)
  let sizes = random.substream("sizes").uniforms(4)
  let (d, k) = (
    1 + Int(sizes[0] * Double(dimensions)), 2 + Int(sizes[1] * Double(components - 1))
  )
  let deviation = 0.2 + sizes[2]
  let radius = 1 + 3 * sizes[3]
  var means = random.substream("means").normals(rows: k, columns: d)
  for i in means.elements.indices { means.elements[i] *= radius }
  var weights = random.substream("weights").uniforms(k).map { 0.2 + $0 }
  let total = weights.reduce(0, +)
  weights = weights.map { $0 / total }
  let variances = random.substream("variances").uniforms(d).map { deviation * (0.3 + $0) }
  let covariances: Covariances
  switch type {
  case 0: covariances = .spherical(Array(repeating: deviation * deviation, count: k))
  case 1:
    covariances = .diagonal(Matrix((0..<k).map { _ in variances }))
  default:
    let factor = random.substream("factor").normals(rows: d, columns: d)
    var matrix = Gemm.product(factor, factor.transposed)
    for a in 0..<d {
      for b in 0..<a { matrix[a, b] = matrix[b, a] }
      matrix[a, a] += deviation
    }
    covariances = .tied(matrix)
  }
  return try GaussianMixture(weights: weights, means: means, covariances: covariances)
}
