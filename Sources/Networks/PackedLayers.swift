import Arrays

/// The weights of some layers in the order in which products read them, and the passes through them.
///
/// Products of states, which lie in panels, need no other copies. Packed once for each set of
/// parameters and shared by all blocks of a batch.
struct PackedLayers: Sendable {
  /// A linear map, where its numbers are, and where they are packed.
  private struct Map: Sendable {
    let inputs: Int
    let outputs: Int
    let weights: Range<Int>
    /// Empty if it has none.
    let biases: Range<Int>
    let forward: Range<Int>
    /// Empty if there is no way back.
    let backward: Range<Int>
  }

  private let layers: [Architecture.Layer]
  private let maps: [Map]
  private let linearPath: Map?
  private let tasks: [Range<Int>]
  private var elements: [Float]

  /// Room for these layers, placed in the flat parameters, and for a linear path beside them.
  ///
  /// - Parameter backward: whether gradients are to pass too.
  init(_ layers: [Architecture.Layer], linearPath: Range<Int>? = nil, backward: Bool) {
    self.layers = layers
    var maps: [Map] = []
    func add(_ inputs: Int, _ outputs: Int, _ weights: Range<Int>, _ biases: Range<Int>) {
      let start = maps.last?.backward.upperBound ?? 0
      let middle = start + PanelKernels.forwardCount(inputs: inputs, outputs: outputs)
      let back = backward ? PanelKernels.backwardCount(inputs: inputs, outputs: outputs) : 0
      maps.append(
        Map(
          inputs: inputs, outputs: outputs, weights: weights, biases: biases,
          forward: start..<middle, backward: middle..<middle + back))
    }
    for layer in layers { add(layer.inputs, layer.outputs, layer.weights, layer.biases) }
    if let linearPath { add(layers[0].inputs, layers[layers.count - 1].outputs, linearPath, 0..<0) }
    self.maps = maps
    self.linearPath = linearPath.map { _ in maps[maps.count - 1] }
    tasks = maps.map { $0.forward.lowerBound..<$0.backward.upperBound }
    elements = Array(repeating: 0, count: tasks.last?.upperBound ?? 0)
  }

  /// Takes the weights from the flat parameters; allocates nothing.
  mutating func pack(_ parameters: [Float]) {
    let maps = maps
    elements.forEachSlice(tasks) { i, slice in
      let (map, weights) = (maps[i], parameters.span.extracting(maps[i].weights))
      slice.withRange(0..<map.forward.count) {
        PanelKernels.packForForward(
          weights, biases: parameters.span.extracting(map.biases), inputs: map.inputs,
          outputs: map.outputs, into: &$0)
      }
      guard !map.backward.isEmpty else { return }
      slice.withRange(map.forward.count..<map.forward.count + map.backward.count) {
        PanelKernels.packForBackward(
          weights, inputs: map.inputs, outputs: map.outputs, into: &$0)
      }
    }
  }

  /// One block through all layers, and through the linear path.
  func forward(_ block: TapeLayout, _ slab: inout MutableSpan<Float>) {
    for (l, layer) in layers.enumerated() {
      forward(
        maps[l], block, from: l, to: l + 1, rectifier: layer.activation.rectifier, adding: false,
        &slab)
    }
    guard let linearPath else { return }
    forward(
      linearPath, block, from: 0, to: layers.count, rectifier: .none, adding: true, &slab)
  }

  private func forward(
    _ map: Map, _ block: TapeLayout, from: Int, to: Int, rectifier: TrainingKernels.Rectifier,
    adding: Bool, _ slab: inout MutableSpan<Float>
  ) {
    slab.withDisjoint(reading: block.state(from), writing: block.state(to)) { x, y in
      PanelKernels.forward(
        x, elements.span.extracting(map.forward), rows: block.rows.count, inputs: map.inputs,
        outputs: map.outputs, rectifier: rectifier, adding: adding, into: &y)
    }
  }

  /// One block back through all layers, last first, and through the linear path: turns the gradient of
  /// each state into that of the affine map before it and keeps its column sums for the biases.
  ///
  /// - Parameter toInput: whether the gradient of state 0 is wanted too.
  func backward(_ block: TapeLayout, toInput: Bool, _ slab: inout MutableSpan<Float>) {
    let last = layers.count
    slab.withDisjoint(reading: block.state(last), writing: block.gradient(last)) { y, gradient in
      TrainingKernels.rectifierBackward(
        layers[last - 1].activation.rectifier, values: y, &gradient)
    }
    for (l, layer) in layers.enumerated().reversed() {
      slab.withDisjoint(reading: block.gradient(l + 1), writing: block.biasSums(l)) {
        PanelKernels.columnSums($0, rows: block.rows.count, columns: layer.outputs, into: &$1)
      }
      if l > 0 {
        backward(
          maps[l], block, from: l + 1, to: l, rectifier: layers[l - 1].activation.rectifier,
          adding: false, &slab)
      }
    }
    guard toInput else { return }
    backward(maps[0], block, from: 1, to: 0, rectifier: .none, adding: false, &slab)
    guard let linearPath else { return }
    backward(linearPath, block, from: last, to: 0, rectifier: .none, adding: true, &slab)
  }

  private func backward(
    _ map: Map, _ block: TapeLayout, from: Int, to: Int, rectifier: TrainingKernels.Rectifier,
    adding: Bool, _ slab: inout MutableSpan<Float>
  ) {
    slab.withDisjoint(
      reading: block.gradient(from), block.state(to), writing: block.gradient(to)
    ) { gradient, values, to in
      PanelKernels.backward(
        gradient, elements.span.extracting(map.backward), rows: block.rows.count,
        inputs: map.inputs, outputs: map.outputs, rectifier: rectifier, values: values,
        adding: adding, into: &to)
    }
  }
}
