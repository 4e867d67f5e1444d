public import Arrays

extension Transformer {
  /// The released code's start: Xavier-uniform matrices, zero biases, normal positions.
  ///
  /// Matrices are uniform in ±√(6/(inputs + outputs)), the three projections of attention taken as
  /// one matrix, as `torch.nn.MultiheadAttention` does; positions are normal with deviation 0.02,
  /// weights of normalisations 1. Positions, embedding, blocks in turn and read-out draw from the
  /// substreams 0, 1, 2 … and `"readOut"` of `random`, so a block does not depend on how many
  /// follow.
  ///
  /// - Parameter random: the stream of the weights.
  public init(_ architecture: TransformerArchitecture, random: RandomStream) {
    let shape = architecture
    self.init(shape, parameters: Array(repeating: 0, count: shape.parameterCount))
    let positions = random.substream(0).normals(rows: shape.dimension, columns: shape.width)
    for (place, z) in zip(shape.positions, positions.elements) {
      parameters[place] = Scalar(0.02 * z)
    }
    fill(shape.embedding, inputs: 1, outputs: shape.width, random.substream(1))
    for index in 0..<shape.blocks {
      let (block, random) = (shape.block(index), random.substream(UInt64(2 + index)))
      for norm in [block.attentionNorm, block.feedForwardNorm] {
        for place in norm.prefix(shape.width) { parameters[place] = 1 }
      }
      let (width, hidden) = (shape.width, shape.hidden)
      fill(block.projection, inputs: width, outputs: 3 * width, random.substream(0))
      fill(block.attentionOutput, inputs: width, outputs: width, random.substream(1))
      fill(block.expansion, inputs: width, outputs: hidden, random.substream(2))
      fill(block.contraction, inputs: hidden, outputs: width, random.substream(3))
    }
    fill(shape.readOut, inputs: shape.width, outputs: 1, random.substream("readOut"))
  }

  private mutating func fill(
    _ places: Range<Int>, inputs: Int, outputs: Int, _ random: RandomStream
  ) {
    let bound = (6 / Double(inputs + outputs)).squareRoot()
    for (place, u) in zip(places, random.uniforms(places.count)) {
      parameters[place] = Scalar(bound * (2 * u - 1))
    }
  }
}
