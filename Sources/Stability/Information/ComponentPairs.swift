import Arrays
import Mixtures
import RealModule

/// How far apart the components of a mixture are at any time, pair by pair.
///
/// The average of two covariances at time t, α²(Σ_i + Σ_j)/2 + σ²I, has the eigenvectors of
/// (Σ_i + Σ_j)/2 at every time. One decomposition a pair therefore serves all times, and distances
/// cost O(d) a pair and time even for full covariances.
struct ComponentPairs: Sendable {
  let weights: [Double]
  /// The pairs i > j in the order in which all lists of pairs stand.
  let indices: [(i: Int, j: Int)]
  private let spectrum: MixtureSpectrum
  /// Numbers a pair: 1 if isotropic, else d.
  private let width: Int
  /// How many coordinates share each eigenvalue: d if isotropic, else 1.
  private let multiplicity: Double
  /// Eigenvalues of (Σ_i + Σ_j)/2, and (μ_i − μ_j)² along the eigenvectors.
  private let averages: [Double]
  private let squares: [Double]

  init(_ mixture: GaussianMixture) {
    let spectrum = mixture.spectrum
    let k = mixture.componentCount
    weights = mixture.weights
    self.spectrum = spectrum
    indices = (0..<k).flatMap { i in (0..<i).map { (i, $0) } }
    width = spectrum.lambda.columns
    multiplicity = spectrum.geometry == .isotropic ? Double(mixture.dimension) : 1
    let pairs = indices
    let parts = Parallel.map(pairs.count) { p in
      averageFrame(mixture, pairs[p].i, pairs[p].j)
    }
    averages = parts.flatMap(\.eigenvalues)
    squares = parts.flatMap(\.squares)
  }

  /// The eigenvalues of component k's covariance.
  func eigenvalues(_ k: Int) -> ArraySlice<Double> {
    spectrum.lambda[row: spectrum.isShared ? 0 : k]
  }

  /// The sum of a function of the eigenvalues over all d directions of component k.
  func logDeterminant(_ k: Int, _ logVariance: (Double) -> Double) -> Double {
    multiplicity * eigenvalues(k).reduce(0) { $0 + logVariance($1) }
  }

  /// Bhattacharyya distances −log ∫√(p_i p_j) of all pairs:
  /// ⅛ Δᵀ C̄^{-1} Δ + ½ log(det C̄/√(det C_i det C_j)), C̄ = (C_i + C_j)/2, Δ = α(μ_i − μ_j).
  func bhattacharyya(alpha: Double, sigmaSquared: Double) -> [Double] {
    let a2 = alpha * alpha
    let logs = (0..<spectrum.lambda.rows).map { k in
      spectrum.lambda[row: k].reduce(0) { $0 + .log(a2 * $1 + sigmaSquared) }
    }
    return indices.indices.map { p in
      var (quadratic, logDeterminant) = (0.0, 0.0)
      for a in p * width..<(p + 1) * width {
        let variance = a2 * averages[a] + sigmaSquared
        quadratic += squares[a] / variance
        // Components of one covariance: the logarithms cancel exactly, so leave them out.
        if !spectrum.isShared { logDeterminant += .log(variance) }
      }
      if !spectrum.isShared {
        logDeterminant -= 0.5 * (logs[indices[p].i] + logs[indices[p].j])
      }
      return max(0, a2 * quadratic / 8 + 0.5 * multiplicity * logDeterminant)
    }
  }

  /// The Kullback–Leibler divergence KL(p_i ‖ p_j) =
  /// ½ [tr(C_j^{-1}C_i) − d + log(det C_j/det C_i) + Δᵀ C_j^{-1} Δ].
  func divergence(_ i: Int, _ j: Int, alpha: Double, sigmaSquared: Double) -> Double {
    let a2 = alpha * alpha
    let (first, second) = (
      eigenvalues(i).map { a2 * $0 + sigmaSquared }, eigenvalues(j).map { a2 * $0 + sigmaSquared }
    )
    var difference = zip(spectrum.means[row: i], spectrum.means[row: j]).map { alpha * ($0 - $1) }
    if spectrum.geometry == .full {
      difference =
        RowProducts.product(
          Matrix([difference]), spectrum.rotations[j]
        ).elements
    }
    if width == 1 { difference = [norm(difference)] }
    var sum = 0.0
    for a in 0..<width { sum += difference[a] * difference[a] / second[a] }
    if spectrum.isShared { return 0.5 * sum }
    guard spectrum.geometry == .full else {
      for a in 0..<width {
        let ratio = first[a] / second[a]
        sum += multiplicity * (ratio - 1 - .log(ratio))
      }
      return 0.5 * max(0, sum)
    }
    let overlap = RowProducts.product(spectrum.inverseRotations[j], spectrum.rotations[i])
    for a in 0..<width {
      for b in 0..<width { sum += overlap[a, b] * overlap[a, b] * first[b] / second[a] }
      sum += .log(second[a] / first[a]) - 1
    }
    return 0.5 * max(0, sum)
  }
}

/// The eigenvalues of (Σ_i + Σ_j)/2 and the squares of μ_i − μ_j along its eigenvectors.
private func averageFrame(
  _ mixture: GaussianMixture, _ i: Int, _ j: Int
) -> (eigenvalues: [Double], squares: [Double]) {
  let spectrum = mixture.spectrum
  let difference = zip(spectrum.means[row: i], spectrum.means[row: j]).map { $0 - $1 }
  if spectrum.geometry == .full {
    let (first, second) = (mixture.covariance(i), mixture.covariance(j))
    let sum = zip(first.elements, second.elements).map { 0.5 * ($0 + $1) }
    if let eigen = SymmetricEigen(
      Matrix(rows: first.rows, columns: first.columns, elements: sum))
    {
      let turned = RowProducts.product(Matrix([difference]), eigen.vectorRows.transposed)
      return (eigen.values, turned.elements.map { $0 * $0 })
    }
    preconditionFailure("LAPACK did not decompose the average of covariances \(i) and \(j)")
  }
  func row(_ k: Int) -> ArraySlice<Double> { spectrum.lambda[row: spectrum.isShared ? 0 : k] }
  let average = zip(row(i), row(j)).map { 0.5 * ($0 + $1) }
  let squares = difference.map { $0 * $0 }
  return (average, spectrum.geometry == .isotropic ? [squares.reduce(0, +)] : squares)
}

/// The Euclidean norm.
func norm(_ v: some Sequence<Double>) -> Double {
  v.reduce(0) { $0 + $1 * $1 }.squareRoot()
}
