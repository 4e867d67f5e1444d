/// Named tensors with text metadata, as in Hugging Face's `safetensors` files.
public struct Safetensors: Sendable, Equatable {
  /// The numbers of a tensor in C order; bits are kept exactly, those of NaN too.
  public enum Values: Sendable, Equatable {
    /// `F32`.
    case float32([Float])
    /// `F64`.
    case float64([Double])
    /// `I64`.
    case int64([Int64])

    /// How many numbers there are.
    public var count: Int {
      switch self {
      case .float32(let values): values.count
      case .float64(let values): values.count
      case .int64(let values): values.count
      }
    }

    var type: ScalarType {
      switch self {
      case .float32: .F32
      case .float64: .F64
      case .int64: .I64
      }
    }
  }

  /// The scalar types that are read and written.
  enum ScalarType: String, CaseIterable {
    case F32, F64, I64
    var size: Int { self == .F32 ? 4 : 8 }
  }

  /// One named tensor.
  public struct Tensor: Sendable, Equatable {
    /// The name, different for all tensors of a file.
    public let name: String
    /// The length along each axis.
    public let shape: [Int]
    /// The numbers in C order.
    public let values: Values

    /// A tensor of this shape.
    ///
    /// - Precondition: there are as many values as the shape says; the name is not `__metadata__`.
    public init(name: String, shape: [Int], values: Values) {
      precondition(Shape.count(shape) == values.count, "\(values.count) values of shape \(shape)")
      precondition(name != "__metadata__", "a tensor must not be called __metadata__")
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// The tensors.
  public var tensors: [Tensor]
  /// Free text by key.
  public var metadata: [String: String]

  /// A set of tensors with metadata.
  public init(_ tensors: [Tensor] = [], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The tensor of this name, or nil.
  public subscript(name: String) -> Tensor? { tensors.first { $0.name == name } }
}
