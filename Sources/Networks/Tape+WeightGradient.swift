import Arrays

/// Some rows of one layer's weight gradient: what one thread computes at a time.
struct WeightTask: Sendable, Equatable {
  /// The number of the layer.
  let layer: Int
  /// The outputs whose rows these are.
  let outputs: Range<Int>
  /// Their place in the flat gradient.
  let place: Range<Int>

  /// All tasks, in the order of their places.
  static func all(_ architecture: Architecture) -> [WeightTask] {
    architecture.layers.enumerated().flatMap { l, layer in
      Parallel.blocks(of: layer.outputs, grain: 256).map { outputs in
        let first = layer.weights.lowerBound
        return WeightTask(
          layer: l, outputs: outputs,
          place: first + outputs.lowerBound * layer.inputs..<first + outputs.upperBound
            * layer.inputs)
      }
    }
  }
}

extension Tape {
  /// ∂/∂W = Σ gradientᵀ state over the blocks in their order, and the sums for the biases.
  mutating func gatherParameterGradient() {
    let (layers, blocks, tasks, slab) = (architecture.layers, blocks, weightTasks, slab)
    gradient.forEachSlice(weightSlices) { i, target in
      let layer = layers[tasks[i].layer]
      for (b, block) in blocks.enumerated() {
        let gradient = block.gradient(tasks[i].layer + 1)
        let state = block.state(tasks[i].layer)
        Gemm.multiplySerially(
          m: tasks[i].outputs.count, n: layer.inputs, k: block.rows.count,
          slab.span.extracting(
            block.start + gradient.lowerBound + tasks[i].outputs.lowerBound..<block.start
              + gradient.upperBound), .init(stride: layer.outputs, transposed: true),
          slab.span.extracting(block.start + state.lowerBound..<block.start + state.upperBound),
          .init(stride: layer.inputs), into: &target, beta: b == 0 ? 0 : 1)
      }
    }
    for (l, layer) in layers.enumerated() {
      for j in 0..<layer.outputs {
        var sum: Float = 0
        for block in blocks { sum += slab[block.start + block.biasSums(l).lowerBound + j] }
        gradient[layer.biases.lowerBound + j] = sum
      }
    }
  }
}
