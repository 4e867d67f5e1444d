public import Arrays

/// The room for training transformers of one shape on batches of one size, allocated once.
///
/// A batch is cut into at most eight lanes and each lane into blocks of samples, by sizes alone.
/// Each block goes forward and at once backward on one thread, so the room does not grow with the
/// batch; gradients add up within a lane in the order of its blocks, then over the lanes in order.
/// So every result is the same bits for every number of threads.
///
/// A tape holds arrays: a copy of it, or of its `gradient`, that is still alive when the next pass
/// writes costs one copy of them.
public struct TransformerTape<Scalar: TransformerScalar>: Sendable {
  /// The shape of the transformers that this tape serves.
  public let architecture: TransformerArchitecture
  /// The number of samples in a batch.
  public let batch: Int
  /// The gradient with respect to all parameters, placed as they are.
  public private(set) var gradient: [Scalar]

  private var lanes: [TransformerLane<Scalar>]
  private let slices: [Range<Int>]

  /// A tape for this shape and this number of samples in a batch.
  public init(_ architecture: TransformerArchitecture, batch: Int) {
    precondition(batch > 0, "batch of \(batch)")
    self.architecture = architecture
    self.batch = batch
    lanes = TransformerLane.all(architecture, samples: batch, backward: true)
    gradient = Array(repeating: 0, count: architecture.parameterCount)
    slices = Parallel.blocks(of: architecture.parameterCount, grain: 1 << 14)
  }

  /// The mean squared error on a batch, and its gradients.
  ///
  /// ```
  /// loss = (1 / (batch · dimension)) Σ (transformer(x) − target)²
  /// ```
  /// The sum is in double precision.
  ///
  /// - Parameters:
  ///   - transformer: of the tape's architecture.
  ///   - x: batch × dimension.
  ///   - target: batch × dimension.
  /// - Returns: the loss; the gradient is in `gradient`.
  public mutating func squaredError(
    _ transformer: Transformer<Scalar>, _ x: Matrix<Scalar>, target: Matrix<Scalar>
  ) -> Double {
    check(target)
    let scale = 2 / Scalar(target.elements.count)
    pass(transformer, x) { lane, block in
      let (first, place) = (block.lowerBound * x.columns, lane.place(block))
      for (k, i) in place.enumerated() {
        let difference = lane.output[i] - target.elements[first + k]
        lane.scratch.outputGradient[k] = scale * difference
        lane.loss += Double(difference) * Double(difference)
      }
    }
    return lanes.reduce(0) { $0 + $1.loss } / Double(target.elements.count)
  }

  /// The values on a batch, and the gradients of a scalar from its gradient with respect to them.
  ///
  /// - Parameters:
  ///   - transformer: of the tape's architecture.
  ///   - x: batch × dimension.
  ///   - outputGradient: batch × dimension.
  public mutating func backward(
    _ transformer: Transformer<Scalar>, _ x: Matrix<Scalar>, outputGradient: Matrix<Scalar>
  ) {
    check(outputGradient)
    pass(transformer, x) { lane, block in
      let first = block.lowerBound * x.columns
      for k in 0..<block.count * x.columns {
        lane.scratch.outputGradient[k] = outputGradient.elements[first + k]
      }
    }
  }

  /// The values on the batch of the last pass: batch × dimension.
  public var output: Matrix<Scalar> { gathered(\.output) }

  /// The gradient with respect to the batch of the last pass: batch × dimension.
  public var inputGradient: Matrix<Scalar> { gathered(\.inputGradient) }

  /// All numbers that a pass writes; readable so that tests can see that they never move.
  package var storage: [[Scalar]] { [gradient] + lanes.flatMap(\.storage) }

  /// Forward and backward through all lanes; `seed` writes the gradient with respect to a block's
  /// output between the two.
  private mutating func pass(
    _ transformer: Transformer<Scalar>, _ x: Matrix<Scalar>,
    _ seed: @Sendable (inout TransformerLane<Scalar>, Range<Int>) -> Void
  ) {
    precondition(transformer.architecture == architecture, "a transformer of another shape")
    check(x)
    let parameters = transformer.parameters
    lanes.forEachElement { _, lane in
      Scalar.clear(&lane.gradient)
      lane.loss = 0
      for block in lane.blocks {
        lane.forward(parameters, x, block)
        seed(&lane, block)
        lane.backward(parameters, x, block)
      }
    }
    let (lanes, slices) = (lanes, slices)
    Scalar.clear(&gradient)
    gradient.forEachSlice(slices) { i, target in
      for lane in lanes { Scalar.add(lane.gradient[slices[i]], to: &target) }
    }
  }

  private func gathered(_ part: KeyPath<TransformerLane<Scalar>, [Scalar]>) -> Matrix<Scalar> {
    var result = Matrix<Scalar>(rows: batch, columns: architecture.dimension)
    for lane in lanes {
      result.replaceRows(from: lane.samples.lowerBound, by: lane[keyPath: part])
    }
    return result
  }

  private func check(_ x: Matrix<Scalar>) {
    precondition(
      x.rows == batch && x.columns == architecture.dimension,
      "\(x.rows) x \(x.columns) for a batch of \(batch) x \(architecture.dimension)")
  }
}
