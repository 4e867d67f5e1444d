/// In which norm a score's error is certified.
public enum ErrorNorm: String, Sendable, CaseIterable {
  /// The largest error in a ball.
  case uniform
  /// The mean error under p_t.
  case l1
  /// The root mean square under p_t.
  case l2
  /// The fourth root of the mean fourth power under p_t.
  case l4

  /// The power p of L^p(p_t); nil for the uniform norm.
  public var power: Double? {
    switch self {
    case .uniform: nil
    case .l1: 1
    case .l2: 2
    case .l4: 4
    }
  }
}

/// The proof of a constructed score as numbers.
///
/// With the norm L^p: ‖ŝ − s‖_{L^p(p_t)} ≤ `errorBound`. With the uniform norm: ‖ŝ(x) − s(x)‖ ≤ `errorBound` for every x with ‖x‖ ≤ `ball`, and ≤ `errorBound` +
/// `growth` (‖x‖ − `ball`) outside, in exact arithmetic on the coefficients as stored.
public struct ScoreCertificate: Sendable, Equatable {
  /// One source of error.
  public struct Term: Sendable, Equatable {
    /// What makes it.
    public let source: String
    /// Its bound; for the uniform norm, where ‖x‖ ≤ `ball`.
    public let bound: Double
  }

  /// The bound, the sum of `terms`.
  public var errorBound: Double { terms.reduce(0) { $0 + $1.bound } }
  /// The norm.
  public let norm: ErrorNorm
  /// The radius about the origin within which the bound holds as it stands.
  public let ball: Double
  /// What rounded slopes add for each unit of ‖x‖ beyond the ball; infinite for unequal covariances,
  /// where nothing is claimed outside.
  public let growth: Double
  /// The bound's parts.
  public let terms: [Term]
  /// A certified lower bound of ‖s‖_{L²(p_t)}, the unit of relative errors.
  public let scoreNorm: Double

  /// The bound relative to ‖s‖_{L²(p_t)}.
  public var relativeErrorBound: Double { errorBound / scoreNorm }
}
