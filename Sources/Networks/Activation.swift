public import Arrays

/// What a layer does to each coordinate after its affine map.
public enum Activation: String, Sendable, Codable, CaseIterable {
  /// z.
  case identity
  /// max(z, 0).
  case relu
  /// max(z, 0)².
  case requ

  /// The kernel that computes it.
  public var rectifier: TrainingKernels.Rectifier {
    switch self {
    case .identity: .none
    case .relu: .linear
    case .requ: .quadratic
    }
  }

  /// The value at `z`, in double precision.
  public func callAsFunction(_ z: Double) -> Double {
    switch self {
    case .identity: z
    // Not max(0, z): NaN must stay NaN.
    case .relu: z < 0 ? 0 : z
    case .requ: z < 0 ? 0 : z * z
    }
  }
}
