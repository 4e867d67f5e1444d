public import Arrays

/// The room for training student networks of one shape on batches of one size, allocated once.
public struct StudentTape: Sendable {
  // One of them is there. Not an enumeration: a payload taken out to be changed would be copied.
  private var perceptron: Tape?
  private var transformer: TransformerTape<Float>?
  private var composition: ResidualCompositionTape?

  /// A tape for this shape and this number of samples in a batch.
  public init(_ architecture: StudentArchitecture, batch: Int) {
    switch architecture {
    case .perceptron(let architecture): perceptron = Tape(architecture, batch: batch)
    case .transformer(let architecture):
      transformer = TransformerTape(architecture, batch: batch)
    case .composition(let architecture):
      composition = ResidualCompositionTape(architecture, batch: batch)
    }
  }

  /// The mean squared error on a batch, over samples and coordinates, and its gradient with respect
  /// to the parameters, in `gradient`.
  ///
  /// - Precondition: the network, `x` and `target` have the tape's shape.
  public mutating func squaredError(
    _ network: StudentNetwork, _ x: Matrix<Float>, target: Matrix<Float>
  ) -> Double {
    let loss: Double? =
      switch network.architecture {
      case .perceptron(let architecture):
        perceptron?.squaredError(
          Network(architecture, parameters: network.parameters), x, target: target)
      case .transformer(let architecture):
        transformer?.squaredError(
          Transformer(architecture, parameters: network.parameters), x, target: target)
      case .composition(let architecture):
        composition?.squaredError(
          ResidualComposition(architecture, parameters: network.parameters), x, target: target)
      }
    guard let loss else { preconditionFailure("a tape of another kind of network") }
    return loss
  }

  /// Evaluates a perceptron on a batch and remembers what `backward` needs.
  ///
  /// - Returns: batch × output dimension.
  /// - Precondition: the network is a perceptron; it and `x` have the tape's shape.
  public mutating func forward(_ network: StudentNetwork, _ x: Matrix<Float>) -> Matrix<Float> {
    guard let known = network.perceptron, perceptron != nil else {
      preconditionFailure("passes apart are for perceptrons")
    }
    perceptron?.forward(known, x)
    return perceptron?.output ?? x
  }

  /// The gradient of a scalar from its gradient with respect to what the last `forward` gave.
  ///
  /// - Parameters:
  ///   - network: that of the last `forward`, unchanged.
  ///   - outputGradient: batch × output dimension.
  ///   - toInput: whether `inputGradient` is wanted too.
  public mutating func backward(
    _ network: StudentNetwork, outputGradient: Matrix<Float>, toInput: Bool = false
  ) {
    guard let known = network.perceptron, perceptron != nil else {
      preconditionFailure("passes apart are for perceptrons")
    }
    perceptron?.backward(known, outputGradient: outputGradient, toInput: toInput)
  }

  /// The gradient with respect to the batch, batch × input dimension, after `backward` with `toInput`.
  public var inputGradient: Matrix<Float> {
    guard let perceptron else { preconditionFailure("passes apart are for perceptrons") }
    return perceptron.inputGradient
  }

  /// The gradient of the last pass with respect to all parameters.
  public var gradient: [Float] {
    perceptron?.gradient ?? transformer?.gradient ?? composition?.gradient ?? []
  }
}
