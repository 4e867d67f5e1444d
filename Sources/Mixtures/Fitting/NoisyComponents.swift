import Arrays
import RealModule

/// The components N(m_k, C_k) of the noisy data, C_k = Σ_k + τI, in centred coordinates: what the
/// iterations of expectation–maximisation work on.
struct NoisyComponents: Sendable {
  let type: CovarianceType
  /// The K weights, none below `leastWeight`.
  var weights: [Double]
  /// The means, K×d.
  var means: Matrix<Double>
  /// The spectra of the C_k: one for a tied covariance, otherwise K.
  var spectra: [Spectrum]

  /// The least weight of a component, scikit-learn's 10 machine epsilons of responsibility: it
  /// keeps log w_k finite when a component dies out.
  static let leastWeight = 10 * Double.ulpOfOne

  /// One covariance: eigenvalues (one if spherical) and, if not diagonal, eigenvectors in rows.
  struct Spectrum: Sendable {
    var values: [Double]
    var vectorRows: Matrix<Double>?

    /// Σ log c over d dimensions.
    func logDeterminant(_ d: Int) -> Double {
      let sum = values.reduce(0) { $0 + .log($1) }
      return values.count == 1 ? sum * Double(d) : sum
    }

    /// W = diag(c^{-1/2}) Uᵀ, d×d: z = W x is white.
    var whiteningRows: Matrix<Double>? {
      guard var rows = vectorRows else { return nil }
      for j in 0..<rows.rows {
        let scale = 1 / values[j].squareRoot()
        for a in 0..<rows.columns { rows[j, a] *= scale }
      }
      return rows
    }
  }

  /// The weights that maximise Σ N_k log w_k under w_k ≥ ε and Σ w_k = 1.
  ///
  /// By the Karush–Kuhn–Tucker conditions w_k = max(ε, N_k/ν): those that fall below ε are fixed
  /// there and the rest share what is left, until none falls below.
  static func constrainedWeights(_ counts: [Double]) -> [Double] {
    var fixed = [Bool](repeating: false, count: counts.count)
    while true {
      let free = counts.indices.filter { !fixed[$0] }
      let mass = free.reduce(0) { $0 + counts[$1] }
      let share = 1 - Double(counts.count - free.count) * leastWeight
      let falling = free.filter { counts[$0] * share < leastWeight * mass }
      if falling.isEmpty {
        return counts.indices.map { fixed[$0] ? leastWeight : counts[$0] / mass * share }
      }
      for k in falling { fixed[k] = true }
    }
  }

  /// The mixture of the clean data: Σ_k = C_k − τI, with `center` added to the means.
  func cleaned(_ bounds: FitBounds, center: [Double]) throws(MixtureError) -> GaussianMixture {
    let d = means.columns
    var shifted = means
    for k in 0..<means.rows {
      for a in 0..<d { shifted[k, a] += center[a] }
    }
    // max, not just the difference: (floor + τ) − τ may round to less than the floor.
    let values = spectra.map { spectrum in
      spectrum.values.map { max($0 - bounds.noise, bounds.floor) }
    }
    let covariances: Covariances
    switch type {
    case .spherical: covariances = .spherical(values.map { $0[0] })
    case .diagonal: covariances = .diagonal(Matrix(values))
    case .tied: covariances = .tied(matrix(0, values[0]))
    case .full: covariances = .full(spectra.indices.map { matrix($0, values[$0]) })
    }
    return try GaussianMixture(weights: weights, means: shifted, covariances: covariances)
  }

  /// U diag(values) Uᵀ, symmetric to the last bit.
  private func matrix(_ k: Int, _ values: [Double]) -> Matrix<Double> {
    guard let rows = spectra[k].vectorRows else { preconditionFailure("no eigenvectors") }
    var result = conjugated(rows.transposed, values)
    for i in 0..<result.rows {
      for j in 0..<i { result[j, i] = result[i, j] }
    }
    return result
  }

  /// A given mixture as the start of a fit: noise added, bounds enforced, mean taken off.
  init(_ mixture: GaussianMixture, _ bounds: FitBounds, center: [Double]) {
    let d = mixture.dimension
    type = mixture.covariances.type
    weights = NoisyComponents.constrainedWeights(mixture.weights)
    var shifted = mixture.means
    for k in 0..<shifted.rows {
      for a in 0..<d { shifted[k, a] -= center[a] }
    }
    means = shifted
    func noisy(_ values: [Double]) -> [Double] {
      values.map { max($0, bounds.floor) + bounds.noise }
    }
    func spectrum(_ matrix: Matrix<Double>) -> Spectrum {
      guard let eigen = SymmetricEigen(matrix) else {
        preconditionFailure("a valid mixture's covariance has no eigenvalues")
      }
      return Spectrum(values: noisy(eigen.values), vectorRows: eigen.vectorRows)
    }
    switch mixture.covariances {
    case .spherical(let v): spectra = v.map { Spectrum(values: noisy([$0])) }
    case .diagonal(let v):
      spectra = (0..<v.rows).map { Spectrum(values: noisy(Array(v[row: $0]))) }
    case .tied(let matrix): spectra = [spectrum(matrix)]
    case .full(let matrices): spectra = matrices.map(spectrum)
    }
  }

  init(
    type: CovarianceType, weights: [Double], means: Matrix<Double>, spectra: [Spectrum]
  ) {
    self.type = type
    self.weights = weights
    self.means = means
    self.spectra = spectra
  }
}
