/// Why a certificate cannot be given.
public enum StabilityError: Error, Equatable, CustomStringConvertible {
  /// The velocity has no finite Lipschitz bound, for the reason of `StabilityBound.reason`.
  case unbounded(reason: String)

  /// One sentence with advice.
  public var description: String {
    switch self {
    case .unbounded(let reason):
      "no finite Lipschitz bound: \(reason); fit with a tied covariance or use rule uniform"
    }
  }
}
