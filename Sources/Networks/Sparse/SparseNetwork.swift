import Arrays

/// A feed-forward network as its non-zero numbers, in double precision, with an activation for each
/// neuron.
///
/// The form in which networks are counted, stored and exported, whether they were constructed or
/// trained: a trained `Network` becomes one without loss.
public struct SparseNetwork: Sendable, Equatable {
  /// The number of coordinates of a sample.
  public let inputDimension: Int
  /// The layers, first to last; the last one's neurons are the outputs.
  public let layers: [Layer]

  /// The network of these layers.
  ///
  /// - Precondition: at least one layer, each taking what the one before gives.
  public init(inputDimension: Int, layers: [Layer]) {
    var inputs = inputDimension
    for layer in layers {
      precondition(layer.inputs == inputs, "\(layer.inputs) inputs after \(inputs) neurons")
      inputs = layer.neurons
    }
    precondition(inputDimension > 0 && !layers.isEmpty, "a network without layers")
    self.inputDimension = inputDimension
    self.layers = layers
  }

  /// The same function as a trained network, number by number.
  ///
  /// - Precondition: the network has no linear path.
  public init(_ network: Network) {
    precondition(!network.architecture.hasLinearPath, "a linear path among neurons")
    self.init(
      inputDimension: network.inputDimension,
      layers: network.layers.map { layer in
        Layer(
          inputs: layer.weights.columns,
          neurons: layer.biases.indices.map { i in
            Neuron(
              activation: layer.activation, bias: Double(layer.biases[i]),
              weights: layer.weights[row: i].enumerated().filter { $0.element != 0 }
                .map { ($0.offset, Double($0.element)) })
          })
      })
  }

  /// The number of coordinates of a result.
  public var outputDimension: Int { layers[layers.count - 1].neurons }
  /// The number of hidden layers.
  public var hiddenLayers: Int { layers.count - 1 }
  /// The number of affine maps.
  public var depth: Int { layers.count }
  /// The largest number of neurons in a hidden layer; 0 without one.
  public var width: Int { layers.dropLast().reduce(0) { max($0, $1.neurons) } }
  /// The number of weights that are not zero, biases not counted.
  public var weightCount: Int { layers.reduce(0) { $0 + $1.values.count } }
  /// The number of biases that are not zero.
  public var biasCount: Int { layers.reduce(0) { $0 + $1.biases.count { $0 != 0 } } }
  /// The largest absolute value of a weight or bias.
  public var largestMagnitude: Double {
    layers.reduce(0) { layer, next in
      (next.values + next.biases).reduce(layer) { max($0, abs($1)) }
    }
  }

  /// How many hidden neurons have this activation.
  public func neuronCount(_ activation: Activation) -> Int {
    layers.dropLast().reduce(0) { $0 + $1.activations.count { $0 == activation } }
  }
}
