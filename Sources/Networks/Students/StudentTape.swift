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

  /// The gradient of the last pass with respect to all parameters.
  public var gradient: [Float] {
    perceptron?.gradient ?? transformer?.gradient ?? composition?.gradient ?? []
  }
}
