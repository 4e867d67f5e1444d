import Arrays
import Mixtures

/// Directions along which a flow map is likely to jump.
enum LineDirections {
  /// Differences of means, the most heavily weighted pairs first, and the longest principal axes of
  /// the data, as unit vectors; the first axis alone in one dimension.
  static func candidates(_ mixture: GaussianMixture, pairs: Int = 6, axes: Int = 2) -> [[Double]] {
    if mixture.dimension == 1 { return [[1]] }
    let k = mixture.componentCount
    let squares = GaussianKernels.squaredDistances(mixture.means, mixture.means)
    let ranked = (0..<k).flatMap { i in (0..<i).map { j in (i, j) } }
      .map { i, j in (i, j, weight: mixture.weights[i] * mixture.weights[j] * squares[i, j]) }
      .filter { $0.weight > 0 }
      .sorted { ($1.weight, $0.0, $0.1) < ($0.weight, $1.0, $1.1) }
    let differences = ranked.prefix(pairs).map { i, j, _ in
      unit(zip(mixture.means[row: i], mixture.means[row: j]).map { $0 - $1 })
    }
    return differences + principalAxes(mixture, axes)
  }

  /// The eigenvectors of the largest eigenvalues of the covariance of p_0.
  private static func principalAxes(_ mixture: GaussianMixture, _ count: Int) -> [[Double]] {
    let (d, mean) = (mixture.dimension, mixture.mean)
    var total = Matrix<Double>(rows: d, columns: d)
    for k in 0..<mixture.componentCount {
      let covariance = mixture.covariance(k)
      for a in 0..<d {
        for b in 0..<d {
          let outer = (mixture.means[k, a] - mean[a]) * (mixture.means[k, b] - mean[b])
          total[a, b] += mixture.weights[k] * (covariance[a, b] + outer)
        }
      }
    }
    guard let eigen = SymmetricEigen(total) else { return [] }
    return (0..<min(count, d)).map { unit(Array(eigen.vectorRows[row: d - 1 - $0])) }
  }

  private static func unit(_ v: [Double]) -> [Double] {
    let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return v.map { $0 / length }
  }
}
