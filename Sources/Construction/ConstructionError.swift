/// Why a network cannot be constructed.
public enum ConstructionError: Error, Equatable, CustomStringConvertible {
  /// The tolerance is not a positive number.
  case badTolerance(Double)
  /// Rounded coefficients alone make a larger error.
  case unreachable(tolerance: Double, rounding: Double)
  /// No polynomial or spline of the calculus is fine enough.
  case tooFine(tolerance: Double)
  /// The components do not share one isotropic covariance.
  case anisotropicCovariance
  /// The variant is not built for components with covariances of their own.
  case unequalCovariances(NetworkVariant)

  /// One sentence with advice.
  public var description: String {
    switch self {
    case .badTolerance(let tolerance):
      "the tolerance is \(tolerance); it must be positive and finite"
    case .unreachable(let tolerance, let rounding):
      "no network with float64 coefficients is certified to \(tolerance) here: their rounding alone "
        + "makes \(rounding); use a larger tolerance"
    case .tooFine(let tolerance):
      "the tolerance \(tolerance) is below what the calculus reaches; use a larger one"
    case .unequalCovariances(let variant):
      "the variant \(variant.rawValue) needs components with one shared covariance; use mixed"
    case .anisotropicCovariance:
      "this needs components with one shared isotropic covariance; fit with a shared spherical one"
    }
  }
}
