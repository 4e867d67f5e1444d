/// `ve` or `edm`: X_t = X_0 + t Z, t being the noise level (Karras et al., 2022).
///
/// Sampling ends at noise level 0; the horizon is σ_max, 80 as in EDM.
public struct VarianceExploding: CatalogedProcess, Equatable {
  public static let typeName = "ve"
  public static let parameterDefaults: [(name: String, value: Double)] = []
  public static let defaultHorizon = 80.0
  public let horizon: Double

  public init(parameters: [Double] = [], horizon: Double) throws(MixtureError) {
    self.horizon = horizon
    try checkPositive([("horizon", horizon)])
  }

  public var parameters: [(name: String, value: Double)] { [] }
  public func alpha(_ t: Double) -> Double { 1 }
  public func alphaDerivative(_ t: Double) -> Double { 0 }
  public func sigmaSquared(_ t: Double) -> Double { t * t }
  public func sigmaSquaredDerivative(_ t: Double) -> Double { 2 * t }
}
