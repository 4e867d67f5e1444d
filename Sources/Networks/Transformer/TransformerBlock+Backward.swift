import Arrays

extension TransformerBlock {
  /// The gradient of s + contraction gelu(expansion norm(s)).
  mutating func feedForwardBackward(
    _ p: [Scalar], _ places: TransformerBlockPlaces, tokens: Int,
    _ scratch: inout TransformerScratch<Scalar>, _ gradient: inout [Scalar]
  ) {
    let (width, wide, count) = (shape.width, shape.hidden, tokens * shape.width)
    Scalar.addLinearGradient(
      rows: tokens, inputs: wide, outputs: width, hidden[...], scratch.stateGradient[...],
      weights: places.contraction, biases: places.contractionBias, to: &gradient)
    Scalar.multiplySerially(
      m: tokens, n: wide, k: width, scratch.stateGradient[...], .init(stride: width),
      p[places.contraction], .init(stride: wide), into: &scratch.hiddenGradient)
    Scalar.multiply(slope[..<(tokens * wide)], into: &scratch.hiddenGradient)

    let scale = places.feedForwardNorm
    let input = feedForwardInput[..<count]
    Scalar.affine(scale: p[scale], input, into: &scratch.normed)
    Scalar.addLinearGradient(
      rows: tokens, inputs: width, outputs: wide, scratch.normed[...], scratch.hiddenGradient[...],
      weights: places.expansion, biases: places.expansionBias, to: &gradient)
    Scalar.multiplySerially(
      m: tokens, n: width, k: wide, scratch.hiddenGradient[...], .init(stride: wide),
      p[places.expansion], .init(stride: width), into: &scratch.branchGradient)
    Scalar.layerNormBackward(
      scale: p[scale], normalised: input, inverseDeviation: feedForwardScale[...],
      outputGradient: scratch.branchGradient[..<count],
      scaleGradient: &gradient, from: scale.lowerBound, inputGradient: &scratch.stateGradient)
  }

  /// The gradient of s + attention(norm(s)).
  mutating func attentionBackward(
    _ p: [Scalar], _ places: TransformerBlockPlaces, tokens: Int,
    _ scratch: inout TransformerScratch<Scalar>, _ gradient: inout [Scalar]
  ) {
    let (width, count) = (shape.width, tokens * shape.width)
    Scalar.addLinearGradient(
      rows: tokens, inputs: width, outputs: width, attention.mixed[...],
      scratch.stateGradient[...], weights: places.attentionOutput,
      biases: places.attentionOutputBias, to: &gradient)
    Scalar.multiplySerially(
      m: tokens, n: width, k: width, scratch.stateGradient[...], .init(stride: width),
      p[places.attentionOutput], .init(stride: width),
      into: &scratch.branchGradient)
    attention.backward(
      samples: tokens / shape.dimension, scratch.branchGradient[...],
      weightGradient: &scratch.weightGradient, projectedGradient: &scratch.projectedGradient)

    let scale = places.attentionNorm
    let input = attentionInput[..<count]
    Scalar.affine(scale: p[scale], input, into: &scratch.normed)
    Scalar.addLinearGradient(
      rows: tokens, inputs: width, outputs: 3 * width, scratch.normed[...],
      scratch.projectedGradient[...], weights: places.projection, biases: places.projectionBias,
      to: &gradient)
    Scalar.multiplySerially(
      m: tokens, n: width, k: 3 * width, scratch.projectedGradient[...],
      .init(stride: 3 * width), p[places.projection], .init(stride: width),
      into: &scratch.branchGradient)
    Scalar.layerNormBackward(
      scale: p[scale], normalised: input, inverseDeviation: attentionScale[...],
      outputGradient: scratch.branchGradient[..<count],
      scaleGradient: &gradient, from: scale.lowerBound, inputGradient: &scratch.stateGradient)
  }
}

extension TransformerScalar {
  /// Adds the gradients of z = W x + b over rows: Σ (∂/∂z) xᵀ to W's, Σ ∂/∂z to b's place.
  static func addLinearGradient(
    rows: Int, inputs: Int, outputs: Int, _ x: ArraySlice<Self>, _ outputGradient: ArraySlice<Self>,
    weights: Range<Int>, biases: Range<Int>, to gradient: inout [Self]
  ) {
    multiplySerially(
      m: outputs, n: inputs, k: rows, outputGradient, .init(stride: outputs, transposed: true), x,
      .init(stride: inputs), into: &gradient, from: weights.lowerBound, beta: 1)
    addColumnSums(
      outputGradient.prefix(rows * outputs), columns: outputs, to: &gradient,
      from: biases.lowerBound)
  }
}
