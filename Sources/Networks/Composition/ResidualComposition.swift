public import Arrays

/// A residual composition as data: x ← aₖ x + bₖ netₖ(x) for each block k in turn.
///
/// All weights and biases are one flat array, so that optimisers, norms and checkpoints are single
/// loops.
public struct ResidualComposition: Sendable, Equatable {
  /// The shape.
  public let architecture: ResidualCompositionArchitecture
  /// All weights and biases, placed by `architecture`, which fixes their count.
  public var parameters: [Float]

  /// A composition of this shape with these parameters.
  ///
  /// - Precondition: as many parameters as the architecture has.
  public init(_ architecture: ResidualCompositionArchitecture, parameters: [Float]) {
    precondition(
      parameters.count == architecture.parameterCount,
      "\(parameters.count) parameters for \(architecture.parameterCount)")
    self.architecture = architecture
    self.parameters = parameters
  }

  /// A composition whose networks have Xavier-uniform weights and zero biases.
  ///
  /// Block k draws from the substream k of `random`, so a block's weights do not depend on how
  /// many follow.
  ///
  /// - Parameter random: the stream of the weights.
  public init(_ architecture: ResidualCompositionArchitecture, random: RandomStream) {
    self.init(
      architecture,
      parameters: architecture.blocks.indices.flatMap {
        Network(architecture.network, random: random.substream(UInt64($0))).parameters
      })
  }

  /// The number of weights and biases.
  public var parameterCount: Int { parameters.count }

  /// The network of block `k`, copied out of the flat parameters.
  public func block(_ k: Int) -> Network {
    Network(architecture.network, parameters: Array(parameters[architecture.parameters(k)]))
  }

  /// The composition's values at the rows of `x`, in single precision.
  ///
  /// Rows go through all blocks in parts of fixed size, in parallel: the same bits for every
  /// number of threads.
  ///
  /// - Parameter x: samples × dimension.
  /// - Returns: samples × dimension.
  public func callAsFunction(_ x: Matrix<Float>) -> Matrix<Float> {
    check(x.columns)
    let (shape, blocks) = (architecture.network, architecture.blocks)
    let networks = blocks.indices.map { k in
      var packed = PackedLayers(architecture.layers(k), backward: false)
      packed.pack(parameters)
      return packed
    }
    var result = Matrix<Float>(rows: x.rows, columns: x.columns)
    result.forEachRowBlock(grain: Tape.blockRows(batch: x.rows)) { rows, target in
      let layout = TapeLayout(shape, rows: rows)
      var slab = [Float](repeating: 0, count: layout.slab.count)
      var next = [Float](repeating: 0, count: layout.state(0).count)
      var span = slab.mutableSpan
      var nextSpan = next.mutableSpan
      layout.load(x, into: layout.state(0), of: &span)
      for (block, network) in zip(blocks, networks) {
        network.forward(layout, &span)
        block.forward(span.span, layout, depth: shape.depth, into: &nextSpan)
        span.withRange(layout.state(0)) { $0.copy(nextSpan.span) }
      }
      PanelKernels.unload(
        next.span, rows: rows.count, columns: x.columns, into: &target)
    }
    return result
  }

  /// The composition's values at the rows of `x`, in double precision throughout: for checks.
  ///
  /// - Parameter x: samples × dimension.
  /// - Returns: samples × dimension.
  public func callAsFunction(_ x: Matrix<Double>) -> Matrix<Double> {
    check(x.columns)
    var state = x
    for (k, factors) in architecture.blocks.enumerated() {
      let value = block(k)(state)
      for i in state.elements.indices {
        state.elements[i] =
          factors.stateFactor * state.elements[i] + factors.networkFactor * value.elements[i]
      }
    }
    return state
  }

  private func check(_ columns: Int) {
    precondition(
      columns == architecture.dimension,
      "\(columns) columns for \(architecture.dimension) coordinates")
  }
}
