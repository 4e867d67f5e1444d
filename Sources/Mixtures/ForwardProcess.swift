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

  /// The noise level σ/α of the variance-exploding convention (EDM); infinite where α = 0.
  ///
  /// Two processes carry the same information about X_0 where their noise levels agree, and their
  /// flows agree in the variable x/α.
  public func noiseLevel(_ t: Double) -> Double { sigmaSquared(t).squareRoot() / alpha(t) }

  /// log(α²/σ²), the logarithm of the signal-to-noise ratio; ∞ at t = 0, −∞ where α = 0.
  public func logSignalToNoise(_ t: Double) -> Double {
    let alpha = alpha(t)
    return .log(alpha * alpha / sigmaSquared(t))
  }

  /// The time at which the noise level σ/α is `level`; nil if no time in [0, T] has it.
  public func time(atNoiseLevel level: Double) -> Double? {
    guard level >= noiseLevel(0), level <= noiseLevel(horizon) else { return nil }
    // σ/α grows with t for every process here; bisection ends at neighbouring numbers.
    var (low, high) = (0.0, horizon)
    while true {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high { return noiseLevel(high) <= level ? high : low }
      if noiseLevel(middle) <= level { low = middle } else { high = middle }
    }
  }

  /// Checks that `t` lies in [0, T].
  public func checkTime(_ t: Double) throws(MixtureError) {
    guard t >= 0, t <= horizon else { throw .timeOutside(time: t, horizon: horizon) }
  }
}
