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
    let (architecture, blocks, parameters) = (architecture, blocks, network.parameters)
    slab.forEachSlice(slabs) { i, slab in
      Tape.load(
        outputGradient, blocks[i], state: architecture.depth, gradient: true, into: &slab)
      Tape.backward(architecture, blocks[i], parameters, toInput: toInput, &slab)
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
    let (architecture, blocks, parameters) = (architecture, blocks, network.parameters)
    let count = Double(target.elements.count)
    let sum = slab.sumOverSlices(slabs, partials: &partials) { i, slab in
      Tape.load(x, blocks[i], state: 0, into: &slab)
      Tape.forward(architecture, blocks[i], parameters, &slab)
      let loss = Tape.squaredError(
        target, blocks[i], output: architecture.depth, scale: Float(2 / count), &slab)
      Tape.backward(architecture, blocks[i], parameters, toInput: toInput, &slab)
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
    let columns = result.columns
    var span = result.elements.mutableSpan
    for block in blocks { copy(block, block.gradient(0), columns, into: &span) }
  }

  /// The sum of squared errors of one block's state `l`; its gradient, scaled, goes to that of `l`.
  static func squaredError(
    _ target: Matrix<Float>, _ block: TapeLayout, output l: Int, scale: Float,
    _ slab: inout MutableSpan<Float>
  ) -> Double {
    let part = target.elements.span.extracting(
      block.rows.lowerBound * target.columns..<block.rows.upperBound * target.columns)
    var loss = 0.0
    slab.withDisjoint(reading: block.state(l), writing: block.gradient(l)) { y, gradient in
      loss = TrainingKernels.squaredError(y, part, scale: scale, gradient: &gradient)
    }
    return loss
  }

  /// As below, with the linear path's part of the gradient of the input.
  static func backward(
    _ architecture: Architecture, _ block: TapeLayout, _ parameters: [Float], toInput: Bool,
    _ slab: inout MutableSpan<Float>
  ) {
    backward(architecture.layers, block, parameters, toInput: toInput, &slab)
    guard toInput, let place = architecture.linearPath else { return }
    slab.withDisjoint(
      reading: block.gradient(architecture.depth), writing: block.gradient(0)
    ) { from, to in
      Gemm.multiplySerially(
        m: block.rows.count, n: architecture.inputDimension, k: architecture.outputDimension,
        from, .init(stride: architecture.outputDimension), parameters.span.extracting(place),
        .init(stride: architecture.inputDimension), into: &to, beta: 1)
    }
  }

  /// All layers, last first, one block: turns the gradient of each state into that of the affine
  /// map before it, keeps its column sums for the biases, and passes it on.
  static func backward(
    _ layers: [Architecture.Layer], _ block: TapeLayout, _ parameters: [Float], toInput: Bool,
    _ slab: inout MutableSpan<Float>
  ) {
    for (l, layer) in layers.enumerated().reversed() {
      slab.withDisjoint(reading: block.state(l + 1), writing: block.gradient(l + 1)) {
        y, gradient in
        TrainingKernels.rectifierBackward(layer.activation.rectifier, values: y, &gradient)
      }
      slab.withDisjoint(reading: block.gradient(l + 1), writing: block.biasSums(l)) {
        TrainingKernels.columnSums($0, into: &$1)
      }
      guard l > 0 || toInput else { return }
      slab.withDisjoint(reading: block.gradient(l + 1), writing: block.gradient(l)) { from, to in
        Gemm.multiplySerially(
          m: block.rows.count, n: layer.inputs, k: layer.outputs, from,
          .init(stride: layer.outputs), parameters.span.extracting(layer.weights),
          .init(stride: layer.inputs), into: &to)
      }
    }
  }
}
