/// `rectified-flow`: X_t = (1 − t) X_0 + t Z, the straight path of flow matching, pure noise at t = 1.
///
/// Liu et al., 2023; Lipman et al., 2023; Stable Diffusion 3 and FLUX use it.
public struct RectifiedFlow: CatalogedProcess, Equatable {
  public static let typeName = "rectified-flow"
  public static let parameterDefaults: [(name: String, value: Double)] = []
  public let horizon: Double

  public init(parameters: [Double] = [], horizon: Double = 1) throws(MixtureError) {
    self.horizon = horizon
    try checkPositive([("horizon", horizon)])
    try checkAtMostOne(horizon)
  }

  public var parameters: [(name: String, value: Double)] { [] }
  public func alpha(_ t: Double) -> Double { 1 - t }
  public func alphaDerivative(_ t: Double) -> Double { -1 }
  public func sigmaSquared(_ t: Double) -> Double { t * t }
  public func sigmaSquaredDerivative(_ t: Double) -> Double { 2 * t }
}
