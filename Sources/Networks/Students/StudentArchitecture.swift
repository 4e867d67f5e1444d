public import Arrays

/// The shape of a network that can be a student: every kind keeps its numbers in one flat array.
public enum StudentArchitecture: Sendable, Equatable {
  /// Affine maps with ReLU or ReQU between them.
  case perceptron(Architecture)
  /// The transformer on scalar tokens.
  case transformer(TransformerArchitecture)
  /// Residual steps, each with a perceptron of its own.
  case composition(ResidualCompositionArchitecture)

  /// The number of coordinates of a sample.
  public var inputDimension: Int {
    switch self {
    case .perceptron(let architecture): architecture.inputDimension
    case .transformer(let architecture): architecture.dimension
    case .composition(let architecture): architecture.dimension
    }
  }

  /// The number of coordinates of a result.
  public var outputDimension: Int {
    switch self {
    case .perceptron(let architecture): architecture.outputDimension
    case .transformer(let architecture): architecture.dimension
    case .composition(let architecture): architecture.dimension
    }
  }

  /// The number of all weights and biases.
  public var parameterCount: Int {
    switch self {
    case .perceptron(let architecture): architecture.parameterCount
    case .transformer(let architecture): architecture.parameterCount
    case .composition(let architecture): architecture.parameterCount
    }
  }

  /// The initial parameters of the released code: Xavier-uniform weights, zero biases.
  public func initialParameters(random: RandomStream) -> [Float] {
    switch self {
    case .perceptron(let architecture):
      Network(architecture, random: random).parameters
    case .transformer(let architecture):
      Transformer<Float>(architecture, random: random).parameters
    case .composition(let architecture):
      ResidualComposition(architecture, random: random).parameters
    }
  }
}
