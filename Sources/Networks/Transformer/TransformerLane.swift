import Arrays

/// One lane of a batch: some samples, one thread's work, with room for one block of them at a time.
struct TransformerLane<Scalar: TransformerScalar>: Sendable {
  let shape: TransformerArchitecture
  /// The samples of the batch that are the lane's.
  let samples: Range<Int>
  /// The samples in blocks that go through all residual blocks together.
  let blocks: [Range<Int>]
  /// The residual blocks; without gradients one serves all.
  var residuals: [TransformerBlock<Scalar>]
  var scratch: TransformerScratch<Scalar>
  /// The lane's share of the gradient with respect to the parameters.
  var gradient: [Scalar]
  /// The values at the lane's samples, samples × dimension.
  var output: [Scalar]
  /// The gradient with respect to the lane's samples, samples × dimension.
  var inputGradient: [Scalar]
  /// Σ (output − target)² over the lane's samples.
  var loss = 0.0

  /// How many lanes a batch has at most: this many threads can work on it, and it takes this many
  /// copies of the gradient.
  static var most: Int { 8 }

  /// Samples in one block: about 256 tokens, enough for gemm to run at full speed.
  static func blockSamples(_ shape: TransformerArchitecture) -> Int {
    max(1, 256 / shape.dimension)
  }

  /// The lanes of a batch, by its size alone.
  static func all(
    _ shape: TransformerArchitecture, samples: Int, backward: Bool
  ) -> [TransformerLane<Scalar>] {
    let count = min(most, samples)
    return (0..<count).map { i in
      TransformerLane(
        shape, samples: i * samples / count..<(i + 1) * samples / count, backward: backward)
    }
  }

  private init(_ shape: TransformerArchitecture, samples: Range<Int>, backward: Bool) {
    self.shape = shape
    self.samples = samples
    let grain = TransformerLane.blockSamples(shape)
    blocks = Parallel.blocks(of: samples.count, grain: grain).map {
      $0.lowerBound + samples.lowerBound..<$0.upperBound + samples.lowerBound
    }
    let room = min(grain, samples.count)
    residuals = (0..<(backward ? shape.blocks : min(1, shape.blocks))).map { _ in
      TransformerBlock(shape, samples: room)
    }
    scratch = TransformerScratch(shape, samples: room, backward: backward)
    gradient = Array(repeating: 0, count: backward ? shape.parameterCount : 0)
    output = Array(repeating: 0, count: samples.count * shape.dimension)
    inputGradient = backward ? output : []
  }

  /// All numbers that a pass writes.
  var storage: [[Scalar]] {
    [gradient, output, inputGradient] + scratch.storage + residuals.flatMap(\.storage)
  }

  /// Where a block's numbers lie in the lane's output.
  func place(_ block: Range<Int>) -> Range<Int> {
    let first = block.lowerBound - samples.lowerBound
    return first * shape.dimension..<(first + block.count) * shape.dimension
  }

  /// The values at one block of samples of the batch `x`.
  mutating func forward(_ p: [Scalar], _ x: Matrix<Scalar>, _ block: Range<Int>) {
    let (d, width) = (shape.dimension, shape.width)
    let tokens = block.count * d
    Scalar.multiplySerially(
      m: tokens, n: width, k: 1, x.elements[(block.lowerBound * d)...],
      .init(stride: 1), p[shape.embedding], .init(stride: width),
      into: &scratch.state)
    Scalar.addBias(p[shape.embeddingBias], rows: tokens, to: &scratch.state)
    // The positions of one sample are the bias of the sample taken as one row.
    Scalar.addBias(p[shape.positions], rows: block.count, to: &scratch.state)
    for index in 0..<shape.blocks {
      residuals[min(index, residuals.count - 1)].forward(
        p, shape.block(index), tokens: tokens, &scratch)
    }
    let bias = p[shape.readOutBias.lowerBound]
    for i in place(block) { output[i] = bias }
    Scalar.multiplySerially(
      m: tokens, n: 1, k: width, scratch.state[...], .init(stride: width),
      p[shape.readOut], .init(stride: 1), into: &output,
      from: place(block).lowerBound, beta: 1)
  }

  /// Adds the parameters' gradients of the block of the last forward pass, from
  /// `scratch.outputGradient`, and writes the gradient with respect to the block.
  mutating func backward(_ p: [Scalar], _ x: Matrix<Scalar>, _ block: Range<Int>) {
    let (d, width) = (shape.dimension, shape.width)
    let tokens = block.count * d
    Scalar.addLinearGradient(
      rows: tokens, inputs: width, outputs: 1, scratch.state[...], scratch.outputGradient[...],
      weights: shape.readOut, biases: shape.readOutBias, to: &gradient)
    Scalar.multiplySerially(
      m: tokens, n: width, k: 1, scratch.outputGradient[...], .init(stride: 1),
      p[shape.readOut], .init(stride: width), into: &scratch.stateGradient)
    for index in (0..<shape.blocks).reversed() {
      residuals[index].backward(p, shape.block(index), tokens: tokens, &scratch, &gradient)
    }
    Scalar.addColumnSums(
      scratch.stateGradient[..<(tokens * width)], columns: d * width,
      to: &gradient, from: shape.positions.lowerBound)
    Scalar.addLinearGradient(
      rows: tokens, inputs: 1, outputs: width,
      x.elements[(block.lowerBound * d)...], scratch.stateGradient[...],
      weights: shape.embedding, biases: shape.embeddingBias, to: &gradient)
    Scalar.multiplySerially(
      m: tokens, n: 1, k: width, scratch.stateGradient[...], .init(stride: width),
      p[shape.embedding], .init(stride: 1), into: &inputGradient,
      from: place(block).lowerBound)
  }
}
