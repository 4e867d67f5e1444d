/// Why a certificate cannot be given.
public enum StabilityError: Error, Equatable, CustomStringConvertible {
  /// The bounds need one covariance that all components share.
  case unequalCovariances
  /// A grid needs at least one segment.
  case noSegments(Int)
  /// A time list is empty or a profile is unusable.
  case badProfile(problem: String)

  /// One sentence with advice.
  public var description: String {
    switch self {
    case .unequalCovariances:
      "no finite Lipschitz bound is known to this version for components of unequal covariance; "
        + "fit with a tied covariance or use rule uniform"
    case .noSegments(let n): "\(n) segments; a grid needs at least 1"
    case .badProfile(let problem): "the profile \(problem)"
    }
  }
}
