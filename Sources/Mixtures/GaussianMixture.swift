public import Arrays

/// The covariances of a mixture's K components in d dimensions, typed as in scikit-learn.
public enum Covariances: Sendable, Equatable {
  /// Σ_k = v_k I: K variances.
  case spherical([Double])
  /// Σ_k = diag(V_k): a K×d matrix of variances.
  case diagonal(Matrix<Double>)
  /// Σ_k = Σ for every k: one d×d matrix.
  case tied(Matrix<Double>)
  /// Σ_k: K matrices of d×d.
  case full([Matrix<Double>])

  /// The type's name in files and on the command line.
  public var name: String {
    switch self {
    case .spherical: "spherical"
    case .diagonal: "diag"
    case .tied: "tied"
    case .full: "full"
    }
  }
}

/// A Gaussian mixture p_0 = Σ_k w_k N(μ_k, Σ_k) on R^d.
///
/// A value of this type is always valid: weights are positive and normalised, everything is
/// finite, covariances are symmetric and positive definite.
public struct GaussianMixture: Sendable, Equatable {
  /// The K weights, normalised to sum 1.
  public let weights: [Double]
  /// The means, K×d.
  public let means: Matrix<Double>
  /// The covariances.
  public let covariances: Covariances

  /// The spectral decomposition of the covariances, which every computation uses.
  package let spectrum: MixtureSpectrum

  /// The number of components K.
  public var componentCount: Int { means.rows }
  /// The dimension d.
  public var dimension: Int { means.columns }

  /// A mixture of the given parts.
  ///
  /// Weights that sum to 1 within 1e-6 are normalised.
  /// - Throws: `MixtureError` that names the first part that is wrong.
  public init(
    weights: [Double], means: Matrix<Double>, covariances: Covariances
  ) throws(MixtureError) {
    guard means.rows > 0, means.columns > 0 else { throw .empty }
    guard weights.count == means.rows else {
      throw .wrongCount(what: "weights", found: weights.count, expected: means.rows)
    }
    for (k, w) in weights.enumerated() where !(w > 0 && w.isFinite) {
      throw .badWeights(problem: "entry \(k) is \(w)")
    }
    let total = weights.reduce(0, +)
    guard abs(total - 1) <= 1e-6 else { throw .badWeights(problem: "sum to \(total)") }
    if let bad = means.elements.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(what: "means[\(bad / means.columns)][\(bad % means.columns)]")
    }
    // Weights that add up to 1 but for rounding stay as they are, so that a mixture read from its
    // own file is the same mixture to the last bit.
    self.weights = abs(total - 1) <= 1e-12 ? weights : weights.map { $0 / total }
    self.means = means
    self.covariances = covariances
    spectrum = try MixtureSpectrum(means: means, covariances: covariances)
  }

  /// The mean Σ_k w_k μ_k.
  public var mean: [Double] {
    var result = [Double](repeating: 0, count: dimension)
    for k in 0..<componentCount {
      for a in 0..<dimension { result[a] += weights[k] * means[k, a] }
    }
    return result
  }

  /// The covariance matrix of component k.
  public func covariance(_ k: Int) -> Matrix<Double> {
    let d = dimension
    var result = Matrix<Double>(rows: d, columns: d)
    switch covariances {
    case .spherical(let variances):
      for a in 0..<d { result[a, a] = variances[k] }
    case .diagonal(let variances):
      for a in 0..<d { result[a, a] = variances[k, a] }
    case .tied(let matrix):
      result = matrix
    case .full(let matrices):
      result = matrices[k]
    }
    return result
  }

  /// The common variance σ_0² if every Σ_k = σ_0² I, the paper's case; otherwise nil.
  public var sharedIsotropicVariance: Double? {
    guard spectrum.geometry == .isotropic, spectrum.isShared else { return nil }
    return spectrum.lambda[0, 0]
  }

  /// The smallest eigenvalue of all covariances.
  public var smallestVariance: Double { spectrum.lambda.elements.reduce(.infinity, min) }
  /// The largest eigenvalue of each component's covariance.
  public var largestVariances: [Double] {
    (0..<componentCount).map { k in
      spectrum.lambda[row: spectrum.isShared ? 0 : k].reduce(0, max)
    }
  }

  /// The largest distance between two means, D = max_ij ‖μ_i − μ_j‖.
  public var diameter: Double {
    GaussianKernels.squaredDistances(means, means).elements.reduce(0, max).squareRoot()
  }

  /// E‖X_0‖² = Σ_k w_k (‖μ_k‖² + tr Σ_k).
  public var secondMoment: Double {
    let traces = traces
    return weightedSum { traces[$0] + means[row: $0].reduce(0) { $0 + $1 * $1 } }
  }

  /// tr Cov(X_0) = Σ_k w_k (tr Σ_k + ‖μ_k − E X_0‖²).
  ///
  /// Not the second moment less ‖E X_0‖², which cancels for data far from 0.
  public var totalVariance: Double {
    let (mean, traces) = (mean, traces)
    return weightedSum { k in
      traces[k] + zip(means[row: k], mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
  }

  /// Cov(X_0) = Σ_k w_k (Σ_k + (μ_k − E X_0)(μ_k − E X_0)ᵀ).
  public var totalCovariance: Matrix<Double> {
    let (mean, d) = (mean, dimension)
    var result = Matrix<Double>(rows: d, columns: d)
    for k in 0..<componentCount {
      let (own, offset) = (covariance(k), zip(means[row: k], mean).map { $0 - $1 })
      for a in 0..<d {
        for b in 0..<d { result[a, b] += weights[k] * (own[a, b] + offset[a] * offset[b]) }
      }
    }
    return result
  }

  /// √(tr Cov(X_0)/d), the standard deviation of a coordinate of the data.
  public var coordinateDeviation: Double { (totalVariance / Double(dimension)).squareRoot() }

  /// tr Σ_k of each component.
  private var traces: [Double] {
    let copies = spectrum.geometry == .isotropic ? Double(dimension) : 1
    return (0..<componentCount).map { k in
      copies * spectrum.lambda[row: spectrum.isShared ? 0 : k].reduce(0, +)
    }
  }

  /// Σ_k w_k f(k).
  private func weightedSum(_ f: (Int) -> Double) -> Double {
    (0..<componentCount).reduce(0) { $0 + weights[$1] * f($1) }
  }
}
