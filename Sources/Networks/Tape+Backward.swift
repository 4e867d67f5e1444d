public import Arrays

extension Tape {
  /// The gradient of a scalar with respect to the parameters, from its gradient with respect to
  /// the output of the last forward pass.
  ///
  /// - Parameters:
  ///   - network: the network of the last forward pass, unchanged.
  ///   - outputGradient: batch × output dimension.
  ///   - toInput: whether the gradient with respect to the batch is wanted too; see
  ///     `inputGradient`.
  public mutating func backward(
    _ network: Network, outputGradient: Matrix<Float>, toInput: Bool = false
  ) {
    check(network, outputGradient, columns: architecture.outputDimension)
    let (blocks, packed, depth) = (blocks, packed, architecture.depth)
    slab.forEachSlice(slabs) { i, slab in
      blocks[i].load(outputGradient, into: blocks[i].gradient(depth), of: &slab)
      packed.backward(blocks[i], toInput: toInput, &slab)
    }
    gatherParameterGradient()
  }

  /// The mean squared error on a batch, and its gradient with respect to the parameters.
  ///
  /// ```
  /// loss = (1 / (batch · outputs)) Σ (network(x) − target)²
  /// ```
  /// The sum is in double precision. This is `forward` and `backward` in one pass.
  ///
  /// - Parameters:
  ///   - network: of the tape's architecture.
  ///   - x: batch × input dimension.
  ///   - target: batch × output dimension.
  /// - Returns: the loss; the gradient is in `gradient`.
  public mutating func squaredError(
    _ network: Network, _ x: Matrix<Float>, target: Matrix<Float>, toInput: Bool = false
  ) -> Double {
    check(network, x, columns: architecture.inputDimension)
    check(network, target, columns: architecture.outputDimension)
    packed.pack(network.parameters)
    let (blocks, packed, depth) = (blocks, packed, architecture.depth)
    let count = Double(target.elements.count)
    let sum = slab.sumOverSlices(slabs, partials: &partials) { i, slab in
      blocks[i].load(x, into: blocks[i].state(0), of: &slab)
      packed.forward(blocks[i], &slab)
      let loss = blocks[i].squaredError(target, state: depth, scale: Float(2 / count), &slab)
      packed.backward(blocks[i], toInput: toInput, &slab)
      return loss
    }
    gatherParameterGradient()
    return sum / count
  }

  /// The gradient with respect to the batch, batch × input dimension, after a backward pass with
  /// `toInput`.
  public var inputGradient: Matrix<Float> {
    var result = Matrix<Float>(rows: batch, columns: architecture.inputDimension)
    copyInputGradient(into: &result)
    return result
  }

  /// Copies the gradient with respect to the batch; allocates nothing.
  public func copyInputGradient(into result: inout Matrix<Float>) {
    precondition(
      result.rows == batch && result.columns == architecture.inputDimension,
      "\(result.rows) x \(result.columns) for the gradient of the input")
    copy(into: &result) { $0.gradient(0) }
  }
}
