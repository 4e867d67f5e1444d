import RealModule

/// A linear Gaussian noising process X_t = α(t) X_0 + σ(t) Z, Z ~ N(0, I), t from 0 (data) to T.
///
/// As a diffusion it is dX = f X dt + g dW with f = α'/α and g² = (σ²)' − 2fσ².
public protocol ForwardProcess: Sendable {
  /// The name in files and on the command line.
  var name: String { get }
  /// The parameters by their names in files, in a fixed order; the horizon is not among them.
  var parameters: [(name: String, value: Double)] { get }
  /// The horizon T.
  var horizon: Double { get }
  /// α(t).
  func alpha(_ t: Double) -> Double
  /// σ(t)².
  func sigmaSquared(_ t: Double) -> Double
  /// α'(t).
  func alphaDerivative(_ t: Double) -> Double
  /// (σ²)'(t): finite at t = 0, where σ' need not be.
  func sigmaSquaredDerivative(_ t: Double) -> Double
}

extension ForwardProcess {
  /// The drift f(t) = α'(t)/α(t); infinite where α = 0.
  public func drift(_ t: Double) -> Double { alphaDerivative(t) / alpha(t) }

  /// The squared diffusion coefficient g(t)² = (σ²)' − 2fσ²; infinite where α = 0.
  public func diffusionSquared(_ t: Double) -> Double {
    sigmaSquaredDerivative(t) - 2 * drift(t) * sigmaSquared(t)
  }

  /// Checks that `t` lies in [0, T].
  public func checkTime(_ t: Double) throws(MixtureError) {
    guard t >= 0, t <= horizon else { throw .timeOutside(time: t, horizon: horizon) }
  }
}

/// The Ornstein–Uhlenbeck process dX = −βX dt + √(2β) σ∞ dW of the paper (arXiv:2606.03820).
///
/// α = e^{−βt}, σ² = σ∞²(1 − e^{−2βt}). Its β is half of the variance-preserving convention's.
public struct OrnsteinUhlenbeck: ForwardProcess, Equatable {
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
    for (name, value) in [("beta", beta), ("sigma-inf", sigmaInfinity), ("horizon", horizon)] {
      guard value > 0, value.isFinite else {
        throw .badParameter(name: name, value: value, requirement: "positive and finite")
      }
    }
    self.beta = beta
    self.sigmaInfinity = sigmaInfinity
    self.horizon = horizon
  }

  public var name: String { "ou" }
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
