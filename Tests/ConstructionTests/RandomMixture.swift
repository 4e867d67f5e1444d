import Arrays
import Mixtures

/// The covariances of random mixtures.
enum RandomCovariances: String, CaseIterable {
  case spherical, tied, diag, full
}

/// A random mixture with d 1–16, K 2–12, equal or unequal weights and covariances of any type, whose
/// variances differ up to 30-fold.
func randomMixture(seed: UInt64, _ type: RandomCovariances) throws -> GaussianMixture {
  let random = RandomStream(seed: seed).substream("unequal")
  let sizes = random.substream("sizes").uniforms(4)
  let (d, k) = (1 + Int(sizes[0] * 16), 2 + Int(sizes[1] * 11))
  let deviation = 0.1 + sizes[2]
  var means = random.substream("means").normals(rows: k, columns: d)
  for i in means.elements.indices { means.elements[i] *= 0.5 + 2 * sizes[3] }
  var weights = [Double](repeating: 1 / Double(k), count: k)
  if seed % 2 == 1 {
    weights = random.substream("weights").uniforms(k).map { 0.1 + $0 }
    let total = weights.reduce(0, +)
    weights = weights.map { $0 / total }
  }
  let spread = random.substream("variances").uniforms(k * d)
    .map { deviation * deviation * (0.1 + 3 * $0 * $0) }
  func dense(_ n: Int) -> Matrix<Double> {
    let factor = random.substream("factor \(n)").normals(rows: d, columns: d)
    var matrix = Gemm.product(factor, factor.transposed)
    for a in 0..<d {
      for b in 0..<d {
        matrix[a, b] *= deviation * deviation / Double(d)
        if b < a { matrix[b, a] = matrix[a, b] }
      }
      matrix[a, a] += 0.05 * deviation * deviation
    }
    for a in 0..<d {
      for b in 0..<a { matrix[a, b] = matrix[b, a] }
    }
    return matrix
  }
  let covariances: Covariances
  switch type {
  case .spherical: covariances = .spherical(Array(spread[..<k]))
  case .tied: covariances = .tied(dense(0))
  case .diag: covariances = .diagonal(Matrix(rows: k, columns: d, elements: spread))
  case .full: covariances = .full((0..<k).map { dense($0) })
  }
  return try GaussianMixture(weights: weights, means: means, covariances: covariances)
}
