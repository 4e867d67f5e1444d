import Arrays

/// Some rows of the gradient of one linear map between two states: what one thread computes at a time.
struct WeightTask: Sendable, Equatable {
  /// The state that the map takes.
  let input: Int
  /// The state whose gradient it hands back.
  let output: Int
  /// Its coordinates.
  let inputColumns: Int
  /// The outputs whose rows these are; the first begins a panel.
  let outputs: Range<Int>
  /// Their place in the flat gradient.
  let place: Range<Int>

  /// All tasks of these layers, in the order of their places.
  static func all(_ layers: [Architecture.Layer]) -> [WeightTask] {
    layers.enumerated().flatMap { l, layer in
      all(from: l, to: l + 1, columns: (layer.inputs, layer.outputs), layer.weights)
    }
  }

  /// All tasks of a network, in the order of their places.
  static func all(_ architecture: Architecture) -> [WeightTask] {
    let path = architecture.linearPath.map {
      all(
        from: 0, to: architecture.depth,
        columns: (architecture.inputDimension, architecture.outputDimension), $0)
    }
    return all(architecture.layers) + (path ?? [])
  }

  private static func all(
    from input: Int, to output: Int, columns: (input: Int, output: Int), _ weights: Range<Int>
  ) -> [WeightTask] {
    Parallel.blocks(of: columns.output, grain: 256).map { outputs in
      let first = weights.lowerBound
      return WeightTask(
        input: input, output: output, inputColumns: columns.input, outputs: outputs,
        place: first + outputs.lowerBound * columns.input..<first + outputs.upperBound
          * columns.input)
    }
  }

  /// target ← Σ gradientᵀ state over the blocks in their order.
  func sum(
    _ blocks: [TapeLayout], _ slab: [Float], into target: inout MutableSpan<Float>
  ) {
    for (b, block) in blocks.enumerated() {
      let (gradient, state) = (block.gradient(output), block.state(input))
      // Panels of these outputs alone.
      let first = PanelKernels.count(rows: block.rows.count, columns: outputs.lowerBound)
      let count = PanelKernels.count(rows: block.rows.count, columns: outputs.count)
      let start = block.start + gradient.lowerBound + first
      PanelKernels.weightGradient(
        slab.span.extracting(start..<start + count),
        slab.span.extracting(block.start + state.lowerBound..<block.start + state.upperBound),
        rows: block.rows.count, inputs: inputColumns, outputs: outputs.count, adding: b > 0,
        into: &target)
    }
  }
}

extension Tape {
  /// ∂/∂W = Σ gradientᵀ state over the blocks in their order, and the sums for the biases.
  mutating func gatherParameterGradient() {
    let (layers, blocks, tasks, slab) = (architecture.layers, blocks, weightTasks, slab)
    gradient.forEachSlice(weightSlices) { i, target in
      tasks[i].sum(blocks, slab, into: &target)
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
