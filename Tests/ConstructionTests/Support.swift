import Arrays
import Construction
import Mixtures

/// A random mixture with one covariance for all components: spherical, diagonal or tied.
func sharedMixture(seed: UInt64, type: Int) throws -> GaussianMixture {
  let random = RandomStream(seed: seed)
  let sizes = random.substream("sizes").uniforms(4)
  let (d, k) = (1 + Int(sizes[0] * 8), 2 + Int(sizes[1] * 9))
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

/// The largest distance of two rows.
func largestDistance(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
  (0..<a.rows).reduce(0) { worst, i in
    let square = zip(a[row: i], b[row: i]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return max(worst, square.squareRoot())
  }
}

/// Samples of p_t, points far out, and points between pairs of means.
func probes(_ marginal: Marginal, _ count: Int, seed: UInt64) -> Matrix<Double> {
  let random = RandomStream(seed: seed)
  let samples = marginal.sample(count, from: random.substream("samples"))
  let mean = marginal.mixture.mean.map { $0 * marginal.alpha }
  let (k, d) = (marginal.mixture.componentCount, samples.columns)
  var rows = (0..<samples.rows).map { Array(samples[row: $0]) }
  let stretches = random.substream("far").uniforms(count)
  for (row, u) in zip(rows, stretches) {
    rows.append(zip(row, mean).map { $1 + ($0 - $1) * 50 * u })
  }
  let normals = random.substream("between").normals(rows: count, columns: d)
  for n in 0..<count {
    let (i, j) = (n % k, (n / k) % k)
    let (a, b) = (marginal.mixture.means[row: i], marginal.mixture.means[row: j])
    let middle = zip(a, b).map { 0.5 * marginal.alpha * ($0 + $1) }
    rows.append(zip(middle, normals[row: n]).map { $0 + 0.3 * $1 * stretches[n] })
  }
  return Matrix(rows)
}
