import Arrays
import Mixtures
import RealModule

/// Two components at one time in coordinates in which both covariances are diagonal.
///
/// For full covariances these are the generalised eigenvectors of (C_i, C_j), in which C_i = I; forces
/// are then measured in the metric that belongs to them.
struct PairFrame: Sendable {
  /// The variances c_i and c_j by coordinate, and how many directions share them.
  private let first: [Double]
  private let second: [Double]
  private let counts: [Double]
  /// μ_i − μ_j by coordinate.
  private let difference: [Double]
  /// (c_i − c_j)/α by coordinate.
  private let gap: [Double]
  private let alpha: Double
  /// The metric of forces, row by row; nil for the identity.
  private let metric: Matrix<Double>?
  private let diagonal: [Double]?
  /// Its absolute row sums.
  private let rowSums: [Double]?

  init(_ mixture: GaussianMixture, _ i: Int, _ j: Int, alpha: Double, sigmaSquared: Double) {
    let spectrum = mixture.spectrum
    self.alpha = alpha
    let d = mixture.dimension
    let means = (spectrum.means[row: i], spectrum.means[row: j])
    let shift = zip(means.0, means.1).map { $0 - $1 }
    let values = (
      Array(spectrum.lambda[row: spectrum.isShared ? 0 : i]),
      Array(spectrum.lambda[row: spectrum.isShared ? 0 : j])
    )
    func variances(_ eigenvalues: [Double]) -> [Double] {
      eigenvalues.map { alpha * alpha * $0 + sigmaSquared }
    }
    switch spectrum.geometry {
    case .isotropic:
      let pair = (variances(values.0)[0], variances(values.1)[0])
      first = [pair.0, pair.0]
      second = [pair.1, pair.1]
      counts = [1, Double(d - 1)]
      difference = [norm(shift), 0]
      gap = Array(repeating: alpha * (values.0[0] - values.1[0]), count: 2)
      metric = nil
    case .diagonal:
      first = variances(values.0)
      second = variances(values.1)
      counts = Array(repeating: 1, count: d)
      difference = shift
      gap = zip(values.0, values.1).map { alpha * ($0 - $1) }
      metric = nil
    case .full:
      let own = variances(values.0)
      let other = variances(values.1).map { $0.squareRoot() }
      // D^{-1/2} U_iᵀ C_j U_i D^{-1/2} = B Bᵀ with B = D^{-1/2} U_iᵀ U_j √c_j.
      var root = RowProducts.product(spectrum.inverseRotations[i], spectrum.rotations[j])
      for a in 0..<d {
        for b in 0..<d { root[a, b] *= other[b] / own[a].squareRoot() }
      }
      let relative = Gemm.product(root, transposed: root)
      guard let eigen = SymmetricEigen(relative) else {
        preconditionFailure("LAPACK did not decompose components \(i) and \(j)")
      }
      // x = U_i √c_i V z: C_i becomes I and C_j the eigenvalues.
      let turned = RowProducts.product(Matrix([shift]), spectrum.rotations[i]).elements
      let whitened = zip(turned, own).map { $0 / $1.squareRoot() }
      let transposed = eigen.vectorRows.transposed
      first = Array(repeating: 1, count: d)
      second = eigen.values
      counts = first
      difference = RowProducts.product(Matrix([whitened]), transposed).elements
      gap = eigen.values.map { (1 - $0) / alpha }
      var scaled = transposed
      for a in 0..<d {
        for b in 0..<d { scaled[a, b] /= own[a].squareRoot() }
      }
      metric = Gemm.product(transposed: scaled, scaled)
    }
    diagonal = metric.map { m in (0..<d).map { m[$0, $0] } }
    rowSums = metric.map { m in (0..<d).map { a in m[row: a].reduce(0) { $0 + abs($1) } } }
  }

  /// q = λc_j + (1−λ)c_i.
  private func mixed(_ exponent: Double, _ a: Int) -> Double {
    exponent * second[a] + (1 - exponent) * first[a]
  }

  /// log ∫ p_i^λ p_j^{1−λ}.
  func logAffinity(_ exponent: Double) -> Double {
    let mirrored = 1 - exponent
    var sum = 0.0
    for a in first.indices {
      let q = mixed(exponent, a)
      sum +=
        counts[a] * (mirrored * .log(first[a] / q) + exponent * .log(second[a] / q))
        - exponent * mirrored * alpha * alpha * difference[a] * difference[a] / q
    }
    return 0.5 * sum
  }

  /// E‖g_i − g_j‖²/α² under the normalised p_i^λ p_j^{1−λ}: mean −Δ/q and variance
  /// (c_i − c_j)²/(c_i c_j q) in each coordinate.
  func squaredForce(_ exponent: Double) -> Double {
    var sum = 0.0
    for a in first.indices {
      let (q, scale) = (mixed(exponent, a), diagonal?[a] ?? 1)
      sum += counts[a] * scale * gap[a] * gap[a] / (first[a] * second[a] * q)
      if metric == nil { sum += difference[a] * difference[a] / (q * q) }
    }
    guard let metric else { return sum }
    let mean = first.indices.map { difference[$0] / mixed(exponent, $0) }
    for a in first.indices {
      var product = 0.0
      for b in first.indices { product += metric[a, b] * mean[b] }
      sum += mean[a] * product
    }
    return sum
  }

  /// log E e^{θ‖g_i − g_j‖²/α²} under one of the two components, or more; infinite for large θ.
  ///
  /// In each coordinate g_i − g_j = A z + B with z ~ N(0, 1); the metric is replaced by the diagonal
  /// one of its absolute row sums, which is no smaller.
  func logMoment(_ theta: Double, underFirst: Bool) -> Double {
    var sum = 0.0
    for a in first.indices {
      let (own, other) = underFirst ? (first[a], second[a]) : (second[a], first[a])
      let scale = theta * (rowSums?[a] ?? 1)
      let squaredSlope = gap[a] * gap[a] / (own * other * other)
      let room = 1 - 2 * scale * squaredSlope
      guard room > 0 else { return .infinity }
      let shift = difference[a] / other
      sum += scale * shift * shift / room - 0.5 * counts[a] * .log(room)
    }
    return sum
  }
}
