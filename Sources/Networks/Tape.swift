public import Arrays

/// The room for training one network shape on batches of one size, allocated once.
///
/// A batch is cut into blocks of rows by its size alone; each block passes through all layers,
/// forward and backward, on one thread. Weight gradients add up over the blocks in their order.
/// So every result is the same bits for every number of threads, and no pass allocates memory that
/// grows with the network or the batch.
///
/// A tape holds arrays: a copy of it, or of its `gradient`, that is still alive when the next pass
/// writes costs one copy of them.
public struct Tape: Sendable {
  /// The shape of the networks that this tape serves.
  public let architecture: Architecture
  /// The number of samples in a batch.
  public let batch: Int
  /// The gradient with respect to all parameters, placed as they are; written by `backward` and
  /// `squaredError`.
  public internal(set) var gradient: [Float]

  /// The slabs of all blocks; readable so that tests can see that it never moves.
  package internal(set) var slab: [Float]
  var partials: [Double]
  var packed: PackedLayers
  let blocks: [TapeLayout]
  let slabs: [Range<Int>]
  let weightTasks: [WeightTask]
  let weightSlices: [Range<Int>]

  /// A tape for this shape and this number of samples in a batch.
  public init(_ architecture: Architecture, batch: Int) {
    precondition(batch > 0, "batch of \(batch)")
    self.architecture = architecture
    self.batch = batch
    blocks = TapeLayout.blocks(
      architecture, batch: batch, grain: Tape.blockRows(batch: batch), backward: true)
    slabs = blocks.map(\.slab)
    slab = Array(repeating: 0, count: slabs.last?.upperBound ?? 0)
    partials = Array(repeating: 0, count: blocks.count)
    packed = PackedLayers(
      architecture.layers, linearPath: architecture.linearPath, backward: true)
    gradient = Array(repeating: 0, count: architecture.parameterCount)
    weightTasks = WeightTask.all(architecture)
    weightSlices = weightTasks.map(\.place)
  }

  /// Samples in one block: enough for products to run at full speed, few enough to share and for a layer's states to
  /// stay in a second-level cache of 512 kB (512 columns; 1.05 times the training step of 256 rows there).
  static func blockRows(batch: Int) -> Int {
    batch >= 512 ? 128 : batch >= 128 ? (batch + 1) / 2 : max(batch, 1)
  }

  /// Evaluates the network on a batch and remembers what `backward` needs.
  ///
  /// - Parameters:
  ///   - network: of the tape's architecture.
  ///   - x: batch × input dimension.
  public mutating func forward(_ network: Network, _ x: Matrix<Float>) {
    check(network, x, columns: architecture.inputDimension)
    packed.pack(network.parameters)
    let (blocks, packed) = (blocks, packed)
    slab.forEachSlice(slabs) { i, slab in
      blocks[i].load(x, into: blocks[i].state(0), of: &slab)
      packed.forward(blocks[i], &slab)
    }
  }

  /// The network's values on the batch of the last forward pass: batch × output dimension.
  public var output: Matrix<Float> {
    var result = Matrix<Float>(rows: batch, columns: architecture.outputDimension)
    copyOutput(into: &result)
    return result
  }

  /// Copies the values on the batch of the last forward pass; allocates nothing.
  public func copyOutput(into result: inout Matrix<Float>) {
    precondition(
      result.rows == batch && result.columns == architecture.outputDimension,
      "\(result.rows) x \(result.columns) for the output")
    copy(into: &result) { $0.state(architecture.depth) }
  }

  /// Copies a matrix of each block's slab to the block's rows of `result`.
  func copy(into result: inout Matrix<Float>, _ place: (TapeLayout) -> Range<Int>) {
    for block in blocks {
      block.unload(slab.span.extracting(block.slab), place(block), into: &result)
    }
  }

  func check(_ network: Network, _ x: Matrix<Float>, columns: Int) {
    precondition(network.architecture == architecture, "a network of another shape")
    precondition(
      x.rows == batch && x.columns == columns,
      "\(x.rows) x \(x.columns) for a batch of \(batch) x \(columns)")
  }
}
