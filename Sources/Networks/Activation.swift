public import Arrays

/// What a layer does to each coordinate after its affine map.
public enum Activation: String, Sendable, Codable, CaseIterable {
  /// z.
  case identity
  /// max(z, 0).
  case relu
  /// max(z, 0)².
  case requ
  /// (z + √(z² + 1))/2, a rectifier without kinks (Barron, 2021).
  case squareplus

  /// The kernel that computes it.
  public var rectifier: TrainingKernels.Rectifier {
    switch self {
    case .identity: .none
    case .relu: .linear
    case .requ: .quadratic
    case .squareplus: .smooth
    }
  }

  /// The value at `z`, in double precision.
  public func callAsFunction(_ z: Double) -> Double {
    switch self {
    case .identity: z
    // Not max(0, z): NaN must stay NaN.
    case .relu: z < 0 ? 0 : z
    case .requ: z < 0 ? 0 : z * z
    case .squareplus:
      // Below 0 the sum would cancel: (z + √(z² + 1))(√(z² + 1) − z) = 1.
      z < 0 ? 0.5 / ((z * z + 1).squareRoot() - z) : 0.5 * (z + (z * z + 1).squareRoot())
    }
  }

  /// The derivative where the value is `a`: for each of these it is a function of the value.
  public func slope(atValue a: Double) -> Double {
    switch self {
    case .identity: 1
    case .relu: a > 0 ? 1 : 0
    case .requ: 2 * a.squareRoot()
    case .squareplus: 4 * a * a / (4 * a * a + 1)
    }
  }
}
