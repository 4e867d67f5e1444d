public import Arrays

extension Network {
  /// A network of this shape with Xavier-uniform weights, zero biases and no linear path yet: S = 0.
  ///
  /// Weights are uniform in ±√(6/(inputs + outputs)) (Glorot and Bengio, 2010). Layer l draws from
  /// the substream l of `random`, so a layer's weights do not depend on the layers after it.
  ///
  /// - Parameter random: the stream of the weights.
  public init(_ architecture: Architecture, random: RandomStream) {
    self.init(architecture)
    for (l, layer) in architecture.layers.enumerated() {
      let bound = (6 / Double(layer.inputs + layer.outputs)).squareRoot()
      let uniforms = random.substream(UInt64(l)).uniforms(layer.weights.count)
      for (place, u) in zip(layer.weights, uniforms) {
        parameters[place] = Float(bound * (2 * u - 1))
      }
    }
  }

  /// A multilayer perceptron with Xavier-uniform weights and zero biases; its last layer is linear.
  ///
  /// - Parameters:
  ///   - dimensions: the numbers of coordinates from input to output, at least two.
  ///   - activations: of the hidden layers, taken in turn: `[.relu]`, `[.relu, .requ]`.
  ///   - random: the stream of the weights.
  public static func mlp(
    dimensions: [Int], activations: [Activation] = [.relu], random: RandomStream
  ) -> Network {
    Network(.mlp(dimensions: dimensions, activations: activations), random: random)
  }
}
