import RealModule

/// The Ornstein–Uhlenbeck process dX = −βX dt + √(2β) σ∞ dW of the paper (arXiv:2606.03820).
///
/// α = e^{−βt}, σ² = σ∞²(1 − e^{−2βt}). Its β is half of the variance-preserving convention's.
public struct OrnsteinUhlenbeck: CatalogedProcess, Equatable {
  public static let typeName = "ou"
  public static let parameterDefaults: [(name: String, value: Double)] = [
    ("beta", 5), ("sigma_inf", 1),
  ]

  /// The rate β > 0.
  public let beta: Double
  /// The stationary standard deviation σ∞ > 0.
  public let sigmaInfinity: Double
  /// The horizon T > 0.
  public let horizon: Double

  /// The process with the given parameters; the defaults are the paper's.
  public init(
    beta: Double = 5, sigmaInfinity: Double = 1, horizon: Double = 1
  ) throws(MixtureError) {
    try checkPositive([
      ("beta", beta), ("sigma_inf", sigmaInfinity), ("horizon", horizon),
    ])
    self.init(checkedBeta: beta, sigmaInfinity: sigmaInfinity, horizon: horizon)
  }

  /// The paper's process, β = 5 and σ∞ = 1, up to a horizon, which is 1 in the paper.
  ///
  /// - Precondition: the horizon is positive and finite.
  public static func paper(until horizon: Double = 1) -> OrnsteinUhlenbeck {
    precondition(horizon > 0 && horizon.isFinite, "horizon \(horizon)")
    return OrnsteinUhlenbeck(checkedBeta: 5, sigmaInfinity: 1, horizon: horizon)
  }

  private init(checkedBeta beta: Double, sigmaInfinity: Double, horizon: Double) {
    self.beta = beta
    self.sigmaInfinity = sigmaInfinity
    self.horizon = horizon
  }

  public init(parameters: [Double], horizon: Double) throws(MixtureError) {
    try self.init(beta: parameters[0], sigmaInfinity: parameters[1], horizon: horizon)
  }

  public var parameters: [(name: String, value: Double)] {
    [("beta", beta), ("sigma_inf", sigmaInfinity)]
  }
  public func alpha(_ t: Double) -> Double { .exp(-beta * t) }
  public func sigmaSquared(_ t: Double) -> Double {
    // expm1: 1 − e^{−2βt} loses every digit near t = 0 otherwise.
    -sigmaInfinity * sigmaInfinity * .expMinusOne(-2 * beta * t)
  }
  public func alphaDerivative(_ t: Double) -> Double { -beta * .exp(-beta * t) }
  public func sigmaSquaredDerivative(_ t: Double) -> Double {
    2 * beta * sigmaInfinity * sigmaInfinity * .exp(-2 * beta * t)
  }
}
