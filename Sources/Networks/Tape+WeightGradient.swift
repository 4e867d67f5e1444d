import Arrays

/// Some rows of one layer's weight gradient: what one thread computes at a time.
struct WeightTask: Sendable, Equatable {
  /// The number of the layer.
  let layer: Int
  /// The outputs whose rows these are.
  let outputs: Range<Int>
  /// Their place in the flat gradient.
  let place: Range<Int>

  /// All tasks of these layers, in the order of their places.
  static func all(_ layers: [Architecture.Layer]) -> [WeightTask] {
    layers.enumerated().flatMap { l, layer in
      Parallel.blocks(of: layer.outputs, grain: 256).map { outputs in
        let first = layer.weights.lowerBound
        return WeightTask(
          layer: l, outputs: outputs,
          place: first + outputs.lowerBound * layer.inputs..<first + outputs.upperBound
            * layer.inputs)
      }
    }
  }

  /// target ← Σ gradientᵀ state over the blocks in their order.
  func sum(
    _ layers: [Architecture.Layer], _ blocks: [TapeLayout], _ slab: [Float],
    into target: inout MutableSpan<Float>
  ) {
    let (inputs, stride) = (layers[layer].inputs, layers[layer].outputs)
    for (b, block) in blocks.enumerated() {
      let (gradient, state) = (block.gradient(layer + 1), block.state(layer))
      Gemm.multiplySerially(
        m: outputs.count, n: inputs, k: block.rows.count,
        slab.span.extracting(
          block.start + gradient.lowerBound + outputs.lowerBound..<block.start
            + gradient.upperBound), .init(stride: stride, transposed: true),
        slab.span.extracting(block.start + state.lowerBound..<block.start + state.upperBound),
        .init(stride: inputs), into: &target, beta: b == 0 ? 0 : 1)
    }
  }
}

extension Tape {
  /// ∂/∂W = Σ gradientᵀ state over the blocks in their order, and the sums for the biases.
  mutating func gatherParameterGradient() {
    let (layers, blocks, tasks, slab) = (architecture.layers, blocks, weightTasks, slab)
    gradient.forEachSlice(weightSlices) { i, target in
      tasks[i].sum(layers, blocks, slab, into: &target)
    }
    Tape.sumBiasGradients(layers, blocks, slab, into: &gradient)
  }

  /// The biases' places of `gradient` ← the sums of the blocks' parts, first block first.
  static func sumBiasGradients(
    _ layers: [Architecture.Layer], _ blocks: [TapeLayout], _ slab: [Float],
    into gradient: inout [Float]
  ) {
    for (l, layer) in layers.enumerated() {
      for j in 0..<layer.outputs {
        var sum: Float = 0
        for block in blocks { sum += slab[block.start + block.biasSums(l).lowerBound + j] }
        gradient[layer.biases.lowerBound + j] = sum
      }
    }
  }
}
