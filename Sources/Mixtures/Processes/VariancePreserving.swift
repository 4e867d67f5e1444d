import RealModule

/// A process with α² + σ² = 1, given by B(t) = ∫_0^t β: α = e^{−B/2}, σ² = 1 − e^{−B}.
///
/// Song et al. (2021). Its β is twice that of `OrnsteinUhlenbeck`.
public protocol VariancePreserving: CatalogedProcess {
  /// β(t).
  func rate(_ t: Double) -> Double
  /// B(t).
  func integratedRate(_ t: Double) -> Double
}

extension VariancePreserving {
  public func alpha(_ t: Double) -> Double { .exp(-0.5 * integratedRate(t)) }
  // expm1: 1 − α² loses every digit near t = 0 otherwise.
  public func sigmaSquared(_ t: Double) -> Double { -.expMinusOne(-integratedRate(t)) }
  public func alphaDerivative(_ t: Double) -> Double { -0.5 * rate(t) * alpha(t) }
  public func sigmaSquaredDerivative(_ t: Double) -> Double {
    rate(t) * .exp(-integratedRate(t))
  }

  /// The time of step i of a discrete schedule of `count` steps, counted from 0: (i + 1)/count of
  /// the horizon, where the continuous B equals the sum of the discrete β up to O(1/count).
  public func time(ofStep i: Int, of count: Int = 1000) -> Double {
    horizon * Double(i + 1) / Double(count)
  }
}

/// `vp-linear`: β(t) = β_min + (β_max − β_min) t, the continuous form of DDPM's schedule (Ho et al.,
/// 2020; β_min = 0.1 and β_max = 20 are its 1e-4 and 0.02 times 1,000 steps).
public struct LinearVariancePreserving: VariancePreserving, Equatable {
  public static let typeName = "vp-linear"
  public static let parameterDefaults: [(name: String, value: Double)] = [
    ("beta_min", 0.1), ("beta_max", 20),
  ]
  /// β at t = 0.
  public let betaMin: Double
  /// β at t = 1.
  public let betaMax: Double
  public let horizon: Double

  public init(parameters: [Double], horizon: Double) throws(MixtureError) {
    (betaMin, betaMax, self.horizon) = (parameters[0], parameters[1], horizon)
    try checkSchedule(betaMin, betaMax, horizon)
  }

  public var parameters: [(name: String, value: Double)] {
    [("beta_min", betaMin), ("beta_max", betaMax)]
  }
  public func rate(_ t: Double) -> Double { betaMin + (betaMax - betaMin) * t }
  public func integratedRate(_ t: Double) -> Double {
    t * (betaMin + 0.5 * (betaMax - betaMin) * t)
  }
}

/// `vp-scaled-linear`: √β linear in t, the schedule of Stable Diffusion 1, 2 and XL (β_min = 0.85
/// and β_max = 12 are 0.00085 and 0.012 times 1,000 steps).
public struct ScaledLinearVariancePreserving: VariancePreserving, Equatable {
  public static let typeName = "vp-scaled-linear"
  public static let parameterDefaults: [(name: String, value: Double)] = [
    ("beta_min", 0.85), ("beta_max", 12),
  ]
  /// β at t = 0.
  public let betaMin: Double
  /// β at t = 1.
  public let betaMax: Double
  public let horizon: Double

  public init(parameters: [Double], horizon: Double) throws(MixtureError) {
    (betaMin, betaMax, self.horizon) = (parameters[0], parameters[1], horizon)
    try checkSchedule(betaMin, betaMax, horizon)
  }

  public var parameters: [(name: String, value: Double)] {
    [("beta_min", betaMin), ("beta_max", betaMax)]
  }
  private var root: Double { betaMin.squareRoot() }
  private var slope: Double { betaMax.squareRoot() - betaMin.squareRoot() }
  public func rate(_ t: Double) -> Double {
    let value = root + slope * t
    return value * value
  }
  public func integratedRate(_ t: Double) -> Double {
    t * (root * root + t * (root * slope + t * slope * slope / 3))
  }
}

/// `vp-cosine`: α = cos(u)/cos(u_0), u = ½π(t + s)/(1 + s) (Nichol and Dhariwal, 2021); α(1) = 0.
public struct CosineVariancePreserving: CatalogedProcess, Equatable {
  public static let typeName = "vp-cosine"
  public static let parameterDefaults: [(name: String, value: Double)] = [("cosine_s", 0.008)]
  /// The offset s.
  public let offset: Double
  public let horizon: Double

  public init(parameters: [Double], horizon: Double) throws(MixtureError) {
    (offset, self.horizon) = (parameters[0], horizon)
    try checkPositive([("cosine_s", offset), ("horizon", horizon)])
    try checkAtMostOne(horizon)
  }

  public var parameters: [(name: String, value: Double)] { [("cosine_s", offset)] }
  /// ½π/(1 + s), the derivative of u.
  private var speed: Double { 0.5 * .pi / (1 + offset) }
  private var first: Double { .cos(speed * offset) }

  // The complement of u keeps α exact, and exactly 0 at t = 1.
  public func alpha(_ t: Double) -> Double { .sin(speed * (1 - t)) / first }
  public func alphaDerivative(_ t: Double) -> Double { -speed * .cos(speed * (1 - t)) / first }
  // cos² u_0 − cos² u = sin(u − u_0) sin(u + u_0): no digit is lost near t = 0.
  public func sigmaSquared(_ t: Double) -> Double {
    .sin(speed * t) * .sin(speed * (t + 2 * offset)) / (first * first)
  }
  public func sigmaSquaredDerivative(_ t: Double) -> Double {
    -2 * alpha(t) * alphaDerivative(t)
  }
}

private func checkSchedule(
  _ betaMin: Double, _ betaMax: Double, _ horizon: Double
) throws(MixtureError) {
  try checkPositive([("beta_min", betaMin), ("beta_max", betaMax), ("horizon", horizon)])
  guard betaMin <= betaMax else {
    throw .badParameter(name: "beta_min", value: betaMin, requirement: "at most beta_max")
  }
}

/// The horizon of a process that ends where α = 0.
func checkAtMostOne(_ horizon: Double) throws(MixtureError) {
  guard horizon <= 1 else {
    throw .badParameter(name: "horizon", value: horizon, requirement: "at most 1, where alpha = 0")
  }
}
