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
  let blocks: [TapeLayout]
  let slabs: [Range<Int>]
  let weightTasks: [WeightTask]
  let weightSlices: [Range<Int>]

  /// A tape for this shape and this number of samples in a batch.
  public init(_ architecture: Architecture, batch: Int) {
    self.init(
      architecture, batch: batch, grain: Tape.blockRows(batch: batch), backward: true)
  }

  /// A tape with blocks of `grain` rows, without `backward` for forward passes only.
  init(_ architecture: Architecture, batch: Int, grain: Int, backward: Bool) {
    precondition(batch > 0, "batch of \(batch)")
    self.architecture = architecture
    self.batch = batch
    blocks = TapeLayout.blocks(
      architecture, batch: batch, grain: grain, backward: backward)
    slabs = blocks.map(\.slab)
    slab = Array(repeating: 0, count: slabs.last?.upperBound ?? 0)
    partials = Array(repeating: 0, count: blocks.count)
    gradient = Array(repeating: 0, count: backward ? architecture.parameterCount : 0)
    weightTasks = backward ? WeightTask.all(architecture) : []
    weightSlices = weightTasks.map(\.place)
  }

  /// Samples in one block: enough for gemm to run at full speed, few enough to share.
  static func blockRows(batch: Int) -> Int {
    batch >= 512 ? 256 : batch >= 128 ? (batch + 1) / 2 : max(batch, 1)
  }

  /// Evaluates the network on a batch and remembers what `backward` needs.
  ///
  /// - Parameters:
  ///   - network: of the tape's architecture.
  ///   - x: batch × input dimension.
  public mutating func forward(_ network: Network, _ x: Matrix<Float>) {
    check(network, x, columns: architecture.inputDimension)
    let (architecture, blocks, parameters) = (architecture, blocks, network.parameters)
    slab.forEachSlice(slabs) { i, slab in
      Tape.load(x, blocks[i], state: 0, into: &slab)
      Tape.forward(architecture, blocks[i], parameters, &slab)
    }
  }

  /// As above on the caller's thread, for a tape of one block.
  mutating func forward(_ network: Network, _ x: Span<Float>) {
    let (architecture, block) = (architecture, blocks[0])
    var span = slab.mutableSpan
    span.withRange(block.state(0)) { $0.copy(x) }
    Tape.forward(architecture, block, network.parameters, &span)
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
    var span = result.elements.mutableSpan
    copyOutput(into: &span)
  }

  func copyOutput(into span: inout MutableSpan<Float>) {
    let columns = architecture.outputDimension
    for block in blocks { copy(block, block.state(architecture.depth), columns, into: &span) }
  }

  /// Copies one range of a block's slab to the block's rows of `span`.
  func copy(
    _ block: TapeLayout, _ range: Range<Int>, _ columns: Int, into span: inout MutableSpan<Float>
  ) {
    let source = slab.span.extracting(
      block.start + range.lowerBound..<block.start + range.upperBound)
    span.withRange(block.rows.lowerBound * columns..<block.rows.upperBound * columns) {
      $0.copy(source)
    }
  }

  func check(_ network: Network, _ x: Matrix<Float>, columns: Int) {
    precondition(network.architecture == architecture, "a network of another shape")
    precondition(
      x.rows == batch && x.columns == columns,
      "\(x.rows) x \(x.columns) for a batch of \(batch) x \(columns)")
  }
}

extension Tape {
  /// Copies a block's rows of `x` to its state or, with `gradient`, to the gradient of that state.
  static func load(
    _ x: Matrix<Float>, _ block: TapeLayout, state l: Int, gradient: Bool = false,
    into slab: inout MutableSpan<Float>
  ) {
    let source = x.elements.span.extracting(
      block.rows.lowerBound * x.columns..<block.rows.upperBound * x.columns)
    slab.withRange(gradient ? block.gradient(l) : block.state(l)) { $0.copy(source) }
  }

  /// All layers and the linear path, one block.
  static func forward(
    _ architecture: Architecture, _ block: TapeLayout, _ parameters: [Float],
    _ slab: inout MutableSpan<Float>
  ) {
    forward(architecture.layers, block, parameters, &slab)
    guard let place = architecture.linearPath else { return }
    slab.withDisjoint(reading: block.state(0), writing: block.state(architecture.depth)) { x, y in
      Gemm.multiplySerially(
        m: block.rows.count, n: architecture.outputDimension, k: architecture.inputDimension,
        x, .init(stride: architecture.inputDimension), parameters.span.extracting(place),
        .init(stride: architecture.inputDimension, transposed: true), into: &y, beta: 1)
    }
  }

  /// All layers, one block.
  static func forward(
    _ layers: [Architecture.Layer], _ block: TapeLayout, _ parameters: [Float],
    _ slab: inout MutableSpan<Float>
  ) {
    for (l, layer) in layers.enumerated() {
      slab.withDisjoint(reading: block.state(l), writing: block.state(l + 1)) { x, y in
        Gemm.multiplySerially(
          m: block.rows.count, n: layer.outputs, k: layer.inputs, x, .init(stride: layer.inputs),
          parameters.span.extracting(layer.weights), .init(stride: layer.inputs, transposed: true),
          into: &y)
        TrainingKernels.addBias(
          parameters.span.extracting(layer.biases), rectifier: layer.activation.rectifier, &y)
      }
    }
  }
}
