public import Arrays

/// A feed-forward network as data: affine maps, each followed by an activation.
///
/// All weights and biases are one flat array, so that optimisers, norms and checkpoints are single
/// loops; layers are views of it, placed by the architecture.
public struct Network: Sendable, Equatable {
  /// One layer's numbers: x ↦ activation(weights x + biases).
  public struct Layer: Sendable, Equatable {
    /// The weights, outputs × inputs.
    public var weights: Matrix<Float>
    /// The biases, one an output.
    public var biases: [Float]
    /// What follows the affine map.
    public var activation: Activation

    /// A layer of these numbers.
    ///
    /// - Precondition: as many biases as the weights have rows.
    public init(weights: Matrix<Float>, biases: [Float], activation: Activation) {
      precondition(weights.rows == biases.count, "\(weights.rows) rows, \(biases.count) biases")
      self.weights = weights
      self.biases = biases
      self.activation = activation
    }
  }

  /// The shape.
  public let architecture: Architecture
  /// All weights and biases, placed by `architecture`, which fixes their count.
  public var parameters: [Float]

  /// A network of this shape with these parameters, or zeros.
  ///
  /// - Precondition: as many parameters as the architecture has.
  public init(_ architecture: Architecture, parameters: [Float]? = nil) {
    let parameters = parameters ?? Array(repeating: 0, count: architecture.parameterCount)
    precondition(
      parameters.count == architecture.parameterCount,
      "\(parameters.count) parameters for \(architecture.parameterCount)")
    self.architecture = architecture
    self.parameters = parameters
  }

  /// The network of these layers, without a linear path.
  ///
  /// - Precondition: at least one layer, each taking what the one before gives.
  public init(layers: [Layer]) {
    precondition(
      !layers.isEmpty
        && zip(layers, layers.dropFirst()).allSatisfy { $0.biases.count == $1.weights.columns },
      "layers that do not fit together")
    self.init(
      Architecture(
        inputDimension: layers[0].weights.columns, outputs: layers.map(\.biases.count),
        activations: layers.map(\.activation)),
      parameters: layers.flatMap { $0.weights.elements + $0.biases })
  }

  /// The layers as matrices, copied out of the flat parameters.
  public var layers: [Layer] {
    architecture.layers.map {
      Layer(
        weights: Matrix(
          rows: $0.outputs, columns: $0.inputs, elements: Array(parameters[$0.weights])),
        biases: Array(parameters[$0.biases]), activation: $0.activation)
    }
  }

  /// S, outputs × inputs, copied out of the flat parameters; nil without a linear path.
  public var linearPath: Matrix<Float>? {
    architecture.linearPath.map {
      Matrix(rows: outputDimension, columns: inputDimension, elements: Array(parameters[$0]))
    }
  }

  /// The number of coordinates of a sample.
  public var inputDimension: Int { architecture.inputDimension }
  /// The number of coordinates of a result.
  public var outputDimension: Int { architecture.outputDimension }
  /// The number of weights and biases.
  public var parameterCount: Int { parameters.count }
  /// The number of affine maps.
  public var depth: Int { architecture.depth }
  /// The largest number of coordinates anywhere, input and output included.
  public var width: Int { architecture.width }
  /// The number of weights and biases that are not zero.
  public var nonZeroCount: Int { parameters.reduce(0) { $1 == 0 ? $0 : $0 + 1 } }
  /// The largest absolute value of a weight or bias.
  public var largestMagnitude: Float { parameters.reduce(0) { max($0, abs($1)) } }
}
