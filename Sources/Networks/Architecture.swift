/// The shape of a network, and where each layer's numbers lie in the flat parameters.
///
/// Layers follow each other in the flat array, each as its weights, row by row (outputs × inputs,
/// PyTorch's order), then its biases; the linear path comes last. This order is part of every checkpoint.
public struct Architecture: Sendable, Equatable {
  /// One affine map and the activation after it.
  public struct Layer: Sendable, Equatable {
    /// The number of coordinates that it takes.
    public let inputs: Int
    /// The number of coordinates that it gives.
    public let outputs: Int
    /// What follows the affine map.
    public let activation: Activation
    /// Where its weights begin in the flat parameters.
    public let offset: Int

    /// The place of the weights, outputs × inputs, in the flat parameters.
    public var weights: Range<Int> { offset..<offset + outputs * inputs }
    /// The place of the biases in the flat parameters.
    public var biases: Range<Int> { weights.upperBound..<weights.upperBound + outputs }

    /// The same layer in parameters of which the network's are a part that begins at `start`.
    func moved(by start: Int) -> Layer {
      Layer(inputs: inputs, outputs: outputs, activation: activation, offset: start + offset)
    }
  }

  /// The number of coordinates of a sample.
  public let inputDimension: Int
  /// The layers, first to last.
  public let layers: [Layer]
  /// Whether a linear map S of the input is added to what the last layer gives.
  ///
  /// Layers of few neurons let no linear map of many coordinates through.
  public let hasLinearPath: Bool

  /// Layers with these numbers of outputs and these activations.
  ///
  /// - Precondition: at least one layer, as many activations, dimensions at least 1; a linear path only
  ///   beside a last layer without an activation.
  public init(
    inputDimension: Int, outputs: [Int], activations: [Activation], hasLinearPath: Bool = false
  ) {
    precondition(
      inputDimension > 0 && !outputs.isEmpty && outputs.allSatisfy { $0 > 0 }
        && outputs.count == activations.count
        && (!hasLinearPath || activations.last == .identity),
      "no network \(inputDimension) -> \(outputs) with \(activations)")
    self.inputDimension = inputDimension
    self.hasLinearPath = hasLinearPath
    var layers: [Layer] = []
    for (count, activation) in zip(outputs, activations) {
      layers.append(
        Layer(
          inputs: layers.last?.outputs ?? inputDimension, outputs: count, activation: activation,
          offset: layers.last?.biases.upperBound ?? 0))
    }
    self.layers = layers
  }

  /// A multilayer perceptron: `dimensions` from input to output, the hidden layers' activations
  /// taken from `activations` in turn, a linear last layer.
  public static func mlp(
    dimensions: [Int], activations: [Activation] = [.relu], hasLinearPath: Bool = false
  ) -> Architecture {
    precondition(dimensions.count >= 2 && !activations.isEmpty, "no network \(dimensions)")
    let hidden = (0..<dimensions.count - 2).map { activations[$0 % activations.count] }
    return Architecture(
      inputDimension: dimensions[0], outputs: Array(dimensions.dropFirst()),
      activations: hidden + [.identity], hasLinearPath: hasLinearPath)
  }

  /// The number of coordinates of a result.
  public var outputDimension: Int { layers[layers.count - 1].outputs }
  /// The number of weights and biases.
  public var parameterCount: Int {
    linearPath?.upperBound ?? layers[layers.count - 1].biases.upperBound
  }
  /// The place of S, outputs × inputs, in the flat parameters; nil without a linear path.
  public var linearPath: Range<Int>? {
    guard hasLinearPath else { return nil }
    let first = layers[layers.count - 1].biases.upperBound
    return first..<first + outputDimension * inputDimension
  }
  /// The number of affine maps.
  public var depth: Int { layers.count }
  /// The largest number of coordinates anywhere, input and output included.
  public var width: Int { layers.reduce(inputDimension) { max($0, $1.outputs) } }
}
