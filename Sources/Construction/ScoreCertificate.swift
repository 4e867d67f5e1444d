/// The proof of a constructed score as numbers.
///
/// ‖ŝ(x) − s(x)‖ ≤ `errorBound` for every x with ‖x‖ ≤ `ball`, and ≤ `errorBound` +
/// `growth` (‖x‖ − `ball`) outside, in exact arithmetic on the coefficients as stored.
public struct ScoreCertificate: Sendable, Equatable {
  /// One source of error.
  public struct Term: Sendable, Equatable {
    /// What makes it.
    public let source: String
    /// Its bound for ‖x‖ ≤ `ball`.
    public let bound: Double
  }

  /// The bound, the sum of `terms`.
  public var errorBound: Double { terms.reduce(0) { $0 + $1.bound } }
  /// The radius about the origin within which the bound holds as it stands.
  public let ball: Double
  /// What rounded slopes add for each unit of ‖x‖ beyond the ball.
  public let growth: Double
  /// The bound's parts.
  public let terms: [Term]
  /// A certified lower bound of ‖s‖_{L²(p_t)}, the unit of relative errors.
  public let scoreNorm: Double

  /// The bound relative to ‖s‖_{L²(p_t)}.
  public var relativeErrorBound: Double { errorBound / scoreNorm }
}
