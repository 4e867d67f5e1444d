/// Why a certificate cannot be given.
public enum StabilityError: Error, Equatable, CustomStringConvertible {
  /// The bounds need one covariance that all components share.
  case unequalCovariances

  /// One sentence with advice.
  public var description: String {
    switch self {
    case .unequalCovariances:
      "no finite Lipschitz bound is known to this version for components of unequal covariance; "
        + "fit with a tied covariance or use rule uniform"
    }
  }
}
