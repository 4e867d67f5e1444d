public import Arrays
public import Mixtures
import RealModule

/// A mixture's marginal computed the plain way, from its public parts only: dense matrices,
/// elimination, one point at a time.
///
/// The twin against which the tuned code is held.
public struct NaiveMarginal {
  private let logWeights: [Double]
  private let means: [[Double]]
  private let factors: [Cholesky]

  /// The law of αX_0 + σZ.
  public init(_ mixture: GaussianMixture, alpha: Double, sigmaSquared: Double) {
    logWeights = mixture.weights.map { .log($0) }
    means = (0..<mixture.componentCount).map { k in mixture.means[row: k].map { alpha * $0 } }
    factors = (0..<mixture.componentCount).map { k in
      var c = mixture.covariance(k)
      for i in c.elements.indices { c.elements[i] *= alpha * alpha }
      for a in 0..<c.rows { c[a, a] += sigmaSquared }
      return Cholesky(c)
    }
  }

  /// log p(x), the responsibilities and the pulls g_k = C_k^{-1}(m_k − x).
  public func evaluate(
    _ x: [Double]
  ) -> (logDensity: Double, responsibilities: [Double], pulls: [[Double]]) {
    let offset = -0.5 * Double(x.count) * .log(2 * .pi)
    let differences = means.map { zip($0, x).map { $0 - $1 } }
    let pulls = zip(factors, differences).map { $0.solve($1) }
    let logits = means.indices.map { k in
      let quadratic = zip(differences[k], pulls[k]).reduce(0) { $0 + $1.0 * $1.1 }
      return logWeights[k] + offset - 0.5 * (quadratic + factors[k].logDeterminant)
    }
    let top = logits.reduce(-.infinity, max)
    let terms = logits.map { Double.exp($0 - top) }
    let sum = terms.reduce(0, +)
    return (top + .log(sum), terms.map { $0 / sum }, pulls)
  }

  /// The score Σ_k γ_k g_k.
  public func score(_ x: [Double]) -> [Double] {
    let parts = evaluate(x)
    return x.indices.map { a in
      zip(parts.responsibilities, parts.pulls).reduce(0) { $0 + $1.0 * $1.1[a] }
    }
  }
}

/// The lower triangular factor of a symmetric positive definite matrix.
public struct Cholesky {
  private let factor: [[Double]]

  /// Factors a matrix.
  public init(_ matrix: Matrix<Double>) {
    let d = matrix.rows
    var l = Array(repeating: Array(repeating: 0.0, count: d), count: d)
    for i in 0..<d {
      for j in 0...i {
        let sum = (0..<j).reduce(matrix[i, j]) { $0 - l[i][$1] * l[j][$1] }
        l[i][j] = i == j ? sum.squareRoot() : sum / l[j][j]
      }
    }
    factor = l
  }

  /// log det.
  public var logDeterminant: Double {
    factor.indices.reduce(0) { $0 + 2 * Double.log(factor[$1][$1]) }
  }

  /// The solution of the system with this right-hand side.
  public func solve(_ b: [Double]) -> [Double] {
    var y = b
    for i in y.indices {
      for j in 0..<i { y[i] -= factor[i][j] * y[j] }
      y[i] /= factor[i][i]
    }
    for i in y.indices.reversed() {
      for j in y.indices.dropFirst(i + 1) { y[i] -= factor[j][i] * y[j] }
      y[i] /= factor[i][i]
    }
    return y
  }
}
