import Arrays

extension NoisyComponents {
  /// Responsibility, in samples, below which a component keeps its mean and covariance: quotients
  /// of so little would be noise, and keeping both cannot lower the likelihood either.
  private static let leastCount = 1e-10

  /// The maximisation step: the parameters that maximise the expected log-likelihood
  /// Σ_ik γ_ik log (w_k N(x_i; m_k, C_k)) under C_k ⪰ b I, b = floor + τ, and w_k ≥ ε.
  ///
  /// With N_k = Σ_i γ_ik: m_k = Σ_i γ_ik x_i / N_k whatever C_k is. What is left is to minimise
  /// log det C + tr(C^{-1} S) for the weighted covariance S = U diag(λ) Uᵀ. The minimum over
  /// C ⪰ bI is C = U diag(max(λ, b)) Uᵀ: for fixed eigenvalues c of C, tr(C^{-1} S) is least when C
  /// has the eigenvectors of S, large with large (von Neumann's trace inequality), and
  /// log c + λ/c falls up to c = λ and rises beyond, so its minimum over c ≥ b is max(λ, b).
  /// Diagonal, spherical and tied covariances: the same with the diagonal of S, its mean, and
  /// Σ_k N_k S_k / N. Being exact, the step never lowers the likelihood; scikit-learn's, which adds
  /// `reg_covar` afterwards, can. Σ_k = C_k − τI is then best under Σ_k ⪰ floor·I. (Derived.)
  ///
  /// - Parameter previous: what components without samples keep; nil only at a start, where every
  ///   component has samples.
  static func maximising(
    _ x: Matrix<Double>, _ gamma: Matrix<Double>, _ type: CovarianceType, _ bounds: FitBounds,
    previous: NoisyComponents?
  ) -> NoisyComponents {
    let (d, k) = (x.columns, gamma.columns)
    let counts = columnSums(gamma)
    var means = Gemm.product(transposed: gamma, x)
    for j in 0..<k {
      if counts[j] < leastCount, let previous {
        means[row: j] = previous.means[row: j]
      } else {
        for a in 0..<d { means[j, a] /= counts[j] }
      }
    }
    let scatter = Scatter(x: x, gamma: gamma, means: means, counts: counts)
    let spectra: [Spectrum]
    switch type {
    case .spherical, .diagonal:
      let sums = scatter.squares()
      spectra = (0..<k).map { j in
        if counts[j] < leastCount, let previous { return previous.spectra[j] }
        var values = sums[j].map { $0 / counts[j] }
        if type == .spherical { values = [values.reduce(0, +) / Double(d)] }
        return Spectrum(values: values.map { max($0, bounds.least) })
      }
    case .tied:
      let total = scatter.matrices().reduce(Matrix(rows: d, columns: d)) { sum, matrix in
        Matrix(
          rows: d, columns: d, elements: zip(sum.elements, matrix.elements).map { $0 + $1 })
      }
      spectra = [clipped(total, Double(x.rows), bounds, previous?.spectra[0])]
    case .full:
      let matrices = scatter.matrices()
      spectra = Parallel.map(k) { j in
        if counts[j] < leastCount, let previous { return previous.spectra[j] }
        return clipped(matrices[j], counts[j], bounds, previous?.spectra[j])
      }
    }
    return NoisyComponents(
      type: type, weights: constrainedWeights(counts), means: means, spectra: spectra)
  }

  /// The spectrum of `scatter`/`count` with eigenvalues below the bound raised to it; should
  /// LAPACK fail, the previous one (which cannot lower the likelihood) or the diagonal's.
  private static func clipped(
    _ scatter: Matrix<Double>, _ count: Double, _ bounds: FitBounds, _ previous: Spectrum?
  ) -> Spectrum {
    let covariance = Matrix(
      rows: scatter.rows, columns: scatter.columns, elements: scatter.elements.map { $0 / count })
    if let eigen = SymmetricEigen(covariance) {
      return Spectrum(
        values: eigen.values.map { max($0, bounds.least) }, vectorRows: eigen.vectorRows)
    }
    let diagonal = (0..<scatter.rows).map { max(covariance[$0, $0], bounds.least) }
    return previous ?? Spectrum(values: diagonal, vectorRows: .identity(scatter.rows))
  }

  /// N_k = Σ_i γ_ik.
  private static func columnSums(_ gamma: Matrix<Double>) -> [Double] {
    var sums = [Double](repeating: 0, count: gamma.columns)
    for i in 0..<gamma.rows {
      let row = gamma.elements.span.extracting(gamma.elementRange(i..<i + 1))
      for j in sums.indices { sums[j] += row[j] }
    }
    return sums
  }
}
