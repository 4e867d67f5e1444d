public import Arrays

/// The room for training residual compositions of one shape on batches of one size, allocated once.
///
/// A batch is cut into parts by its size alone; each part passes through all blocks, forward and
/// backward, on one thread. Weight gradients add up over the parts in their order. So every result
/// is the same bits for every number of threads, and no pass allocates memory that grows with the
/// composition or the batch.
///
/// A tape holds arrays: a copy of it, or of its `gradient`, that is still alive when the next pass
/// writes costs one copy of them.
public struct ResidualCompositionTape: Sendable {
  /// The shape of the compositions that this tape serves.
  public let architecture: ResidualCompositionArchitecture
  /// The number of samples in a batch.
  public let batch: Int
  /// The gradient with respect to all parameters, placed as they are.
  public private(set) var gradient: [Float]

  private var slab: [Float]
  private var partials: [Double]
  private var networks: [PackedLayers]
  private let pass: ResidualCompositionPass
  private let weightTasks: [WeightTask]
  private let weightSlices: [Range<Int>]

  /// A tape for this shape and this number of samples in a batch.
  ///
  /// - Precondition: at least one sample.
  public init(_ architecture: ResidualCompositionArchitecture, batch: Int) {
    precondition(batch > 0, "batch of \(batch)")
    self.architecture = architecture
    self.batch = batch
    pass = ResidualCompositionPass(architecture, batch: batch)
    networks = pass.layers.map { PackedLayers($0, backward: true) }
    slab = Array(repeating: 0, count: pass.slabs.last?.upperBound ?? 0)
    partials = Array(repeating: 0, count: pass.slabs.count)
    gradient = Array(repeating: 0, count: architecture.parameterCount)
    weightTasks = pass.layers.flatMap(WeightTask.all)
    weightSlices = weightTasks.map(\.place)
  }

  /// The mean squared error on a batch, and its gradients.
  ///
  /// ```
  /// loss = (1 / (batch · dimension)) Σ (network(x) − target)²
  /// ```
  /// The sum is in double precision.
  ///
  /// - Parameters:
  ///   - network: of the tape's architecture.
  ///   - x: batch × dimension.
  ///   - target: batch × dimension.
  /// - Returns: the loss; the gradient is in `gradient`.
  public mutating func squaredError(
    _ network: ResidualComposition, _ x: Matrix<Float>, target: Matrix<Float>
  ) -> Double {
    precondition(network.architecture == architecture, "a composition of another shape")
    check(x)
    check(target)
    for k in networks.indices { networks[k].pack(network.parameters) }
    let (pass, networks, count) = (pass, networks, Double(target.elements.count))
    let sum = slab.sumOverSlices(pass.slabs, partials: &partials) { part, slab in
      pass.squaredError(
        networks, x, target: target, scale: Float(2 / count), part: part, &slab)
    }
    gatherParameterGradient()
    return sum / count
  }

  /// The values on the batch of the last pass: batch × dimension.
  public var output: Matrix<Float> { gathered(block: architecture.blocks.count) { $0.state(0) } }

  /// The gradient with respect to the batch of the last pass: batch × dimension.
  public var inputGradient: Matrix<Float> { gathered(block: 0) { $0.gradient(0) } }

  /// All numbers that a pass writes; readable so that tests can see that they never move.
  package var storage: [[Float]] { [gradient, slab] }

  private mutating func gatherParameterGradient() {
    let (pass, tasks, slab) = (pass, weightTasks, slab)
    let each = tasks.count / pass.layers.count
    gradient.forEachSlice(weightSlices) { i, target in
      tasks[i].sum(pass.layouts[i / each], slab, into: &target)
    }
    for (k, layers) in pass.layers.enumerated() {
      Tape.sumBiasGradients(layers, pass.layouts[k], slab, into: &gradient)
    }
  }

  /// One range of a block's slab in all parts of the batch: batch × dimension.
  private func gathered(
    block k: Int, _ range: (TapeLayout) -> Range<Int>
  ) -> Matrix<Float> {
    var result = Matrix<Float>(rows: batch, columns: architecture.dimension)
    for layout in pass.layouts[k] {
      layout.unload(slab.span.extracting(layout.slab), range(layout), into: &result)
    }
    return result
  }

  private func check(_ x: Matrix<Float>) {
    precondition(
      x.rows == batch && x.columns == architecture.dimension,
      "\(x.rows) x \(x.columns) for a batch of \(batch) x \(architecture.dimension)")
  }
}
