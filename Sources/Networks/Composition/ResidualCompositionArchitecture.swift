/// The shape of a residual composition, and where each block's numbers lie in the flat parameters.
///
/// ```
/// x ← aₖ x + bₖ netₖ(x)      k = 0, 1, …
/// ```
/// This is the "deep residual composition" of arXiv:2606.03820, Definition 10: there a block is an
/// Euler step x ← x + h vₖ(x) whose field is affine in x and in the block's own network, so that aₖ
/// and bₖ are fixed numbers and only the networks are trained. Blocks follow each other in the flat
/// parameters, each placed by the shape of its network. This order is part of every checkpoint.
public struct ResidualCompositionArchitecture: Sendable, Equatable {
  /// The fixed numbers of one block: x ← stateFactor · x + networkFactor · net(x).
  public struct Block: Sendable, Equatable {
    /// What multiplies the block's input.
    public let stateFactor: Double
    /// What multiplies the network's value at the block's input.
    public let networkFactor: Double

    /// A block of these factors.
    public init(stateFactor: Double, networkFactor: Double) {
      self.stateFactor = stateFactor
      self.networkFactor = networkFactor
    }
  }

  /// The shape of every block's network, dimension → dimension.
  public let network: Architecture
  /// The blocks, first to last.
  public let blocks: [Block]

  /// Blocks of these factors, each with its own network of one shape.
  ///
  /// - Precondition: at least one block; the network gives as many coordinates as it takes.
  public init(network: Architecture, blocks: [Block]) {
    precondition(
      !blocks.isEmpty && network.inputDimension == network.outputDimension,
      "no composition of \(blocks.count) networks "
        + "\(network.inputDimension) -> \(network.outputDimension)")
    self.network = network
    self.blocks = blocks
  }

  /// The number of coordinates of a sample and of a result.
  public var dimension: Int { network.inputDimension }
  /// The number of weights and biases of all blocks.
  public var parameterCount: Int { blocks.count * network.parameterCount }

  /// The place of block `k`'s weights and biases in the flat parameters.
  public func parameters(_ k: Int) -> Range<Int> {
    k * network.parameterCount..<(k + 1) * network.parameterCount
  }

  /// The layers of block `k`'s network, placed in the flat parameters of the whole.
  func layers(_ k: Int) -> [Architecture.Layer] {
    network.layers.map { $0.moved(by: parameters(k).lowerBound) }
  }
}
