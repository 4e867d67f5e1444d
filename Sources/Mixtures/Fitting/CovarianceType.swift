/// The four families of covariances that a mixture can be fitted with, named as in files.
public enum CovarianceType: String, Sendable, CaseIterable {
  /// Σ_k = v_k I.
  case spherical
  /// Σ_k = diag(V_k).
  case diagonal = "diag"
  /// One Σ for every component.
  case tied
  /// Σ_k without structure.
  case full

  /// How many free numbers the covariances of K components in d dimensions are.
  public func covarianceParameters(components k: Int, dimension d: Int) -> Int {
    switch self {
    case .spherical: k
    case .diagonal: k * d
    case .tied: d * (d + 1) / 2
    case .full: k * d * (d + 1) / 2
    }
  }

  /// All free numbers of a mixture: its covariances, K means and K − 1 weights.
  public func parameters(components k: Int, dimension d: Int) -> Int {
    covarianceParameters(components: k, dimension: d) + k * d + k - 1
  }
}

extension Covariances {
  /// The family of these covariances.
  public var type: CovarianceType {
    switch self {
    case .spherical: .spherical
    case .diagonal: .diagonal
    case .tied: .tied
    case .full: .full
    }
  }
}
