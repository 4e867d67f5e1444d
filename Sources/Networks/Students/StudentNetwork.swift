public import Arrays

/// A network of any kind that can be a student, as data.
public struct StudentNetwork: Sendable, Equatable {
  /// The shape.
  public let architecture: StudentArchitecture
  /// All weights and biases, placed by `architecture`, which fixes their count.
  public var parameters: [Float]

  /// A network of this shape with these parameters, or zeros.
  ///
  /// - Precondition: as many parameters as the architecture has.
  public init(_ architecture: StudentArchitecture, parameters: [Float]? = nil) {
    let count = architecture.parameterCount
    precondition(
      parameters.map { $0.count == count } ?? true,
      "\(parameters?.count ?? 0) parameters for \(count)")
    self.architecture = architecture
    self.parameters = parameters ?? Array(repeating: 0, count: count)
  }

  /// A network of this shape with the initial parameters of the released code.
  public init(_ architecture: StudentArchitecture, random: RandomStream) {
    self.init(architecture, parameters: architecture.initialParameters(random: random))
  }

  /// A perceptron.
  public init(_ network: Network) {
    self.init(.perceptron(network.architecture), parameters: network.parameters)
  }

  /// The network if it is a perceptron.
  public var perceptron: Network? {
    guard case .perceptron(let architecture) = architecture else { return nil }
    return Network(architecture, parameters: parameters)
  }

  /// The number of weights and biases.
  public var parameterCount: Int { parameters.count }

  /// The network's values at the rows of `x`; the same bits for every number of threads.
  ///
  /// - Parameter x: samples × input dimension.
  /// - Returns: samples × output dimension.
  public func callAsFunction(_ x: Matrix<Float>) -> Matrix<Float> {
    switch architecture {
    case .perceptron(let architecture): Network(architecture, parameters: parameters)(x)
    case .transformer(let architecture):
      Transformer<Float>(architecture, parameters: parameters)(x)
    case .composition(let architecture):
      ResidualComposition(architecture, parameters: parameters)(x)
    }
  }
}
