extension SparseNetwork {
  /// One neuron: activation(Σ weights · inputs + bias).
  public struct Neuron: Sendable {
    /// What follows the sum.
    public let activation: Activation
    /// The constant.
    public let bias: Double
    /// The inputs that enter, each with its weight.
    public let weights: [(input: Int, weight: Double)]

    /// A neuron of these numbers.
    public init(activation: Activation, bias: Double, weights: [(input: Int, weight: Double)]) {
      (self.activation, self.bias, self.weights) = (activation, bias, weights)
    }
  }

  /// Neurons that take the same inputs, in compressed rows.
  public struct Layer: Sendable, Equatable {
    /// The number of inputs.
    public let inputs: Int
    /// Where each neuron's weights begin in `values`, and the end: one entry more than neurons.
    public let rowStarts: [Int]
    /// The input of each weight.
    public let columns: [Int]
    /// The weights that are not zero, neuron after neuron.
    public let values: [Double]
    /// The biases, one a neuron.
    public let biases: [Double]
    /// The activations, one a neuron.
    public let activations: [Activation]

    /// The number of neurons.
    public var neurons: Int { biases.count }

    /// A layer of these neurons.
    ///
    /// - Precondition: at least one neuron, every input exists, every number is finite.
    public init(inputs: Int, neurons: [Neuron]) {
      precondition(!neurons.isEmpty, "a layer without neurons")
      let weights = neurons.flatMap(\.weights)
      precondition(
        weights.allSatisfy { (0..<inputs).contains($0.input) && $0.weight.isFinite }
          && neurons.allSatisfy { $0.bias.isFinite }, "a weight that is infinite or has no input")
      self.inputs = inputs
      rowStarts = neurons.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.weights.count) }
      columns = weights.map(\.input)
      values = weights.map(\.weight)
      biases = neurons.map(\.bias)
      activations = neurons.map(\.activation)
    }

    /// Neuron `i` by itself.
    public func neuron(_ i: Int) -> Neuron {
      Neuron(
        activation: activations[i], bias: biases[i],
        weights: (rowStarts[i]..<rowStarts[i + 1]).map { (columns[$0], values[$0]) })
    }
  }
}
