import Arrays

/// One residual block at work on a block of samples: what its backward pass needs of its forward
/// pass.
struct TransformerBlock<Scalar: TransformerScalar>: Sendable {
  let shape: TransformerArchitecture
  /// The normalised state before attention, and 1/deviation of each token.
  var attentionInput: [Scalar]
  var attentionScale: [Scalar]
  /// Attention proper.
  var attention: Attention<Scalar>
  /// The normalised state before the feed-forward layers, and 1/deviation of each token.
  var feedForwardInput: [Scalar]
  var feedForwardScale: [Scalar]
  /// The slope of GELU at the hidden layer, and its values.
  var slope: [Scalar]
  var hidden: [Scalar]

  /// Room for `samples` samples.
  init(_ shape: TransformerArchitecture, samples: Int) {
    let tokens = samples * shape.dimension
    self.shape = shape
    attentionInput = Array(repeating: 0, count: tokens * shape.width)
    attentionScale = Array(repeating: 0, count: tokens)
    attention = Attention(shape, samples: samples)
    feedForwardInput = attentionInput
    feedForwardScale = attentionScale
    slope = Array(repeating: 0, count: tokens * shape.hidden)
    hidden = slope
  }

  /// All that a forward pass writes.
  var storage: [[Scalar]] {
    [
      attentionInput, attentionScale, attention.projected, attention.weights, attention.mixed,
      feedForwardInput, feedForwardScale, slope, hidden,
    ]
  }

  /// Both residual steps on `scratch.state`.
  mutating func forward(
    _ p: [Scalar], _ places: TransformerBlockPlaces, tokens: Int,
    _ scratch: inout TransformerScratch<Scalar>
  ) {
    let (width, count) = (shape.width, tokens * shape.width)
    Scalar.layerNorm(
      scale: p[places.attentionNorm], scratch.state[..<count],
      normalised: &attentionInput, inverseDeviation: &attentionScale, into: &scratch.normed)
    attention.project(p, places, tokens: tokens, scratch.normed[...])
    attention.mix(samples: tokens / shape.dimension)
    Scalar.multiplySerially(
      m: tokens, n: width, k: width, attention.mixed[...], .init(stride: width),
      p[places.attentionOutput], .init(stride: width, transposed: true),
      into: &scratch.state, beta: 1)
    Scalar.addBias(
      p[places.attentionOutputBias], rows: tokens, to: &scratch.state)

    Scalar.layerNorm(
      scale: p[places.feedForwardNorm], scratch.state[..<count],
      normalised: &feedForwardInput, inverseDeviation: &feedForwardScale, into: &scratch.normed)
    Scalar.multiplySerially(
      m: tokens, n: shape.hidden, k: width, scratch.normed[...], .init(stride: width),
      p[places.expansion], .init(stride: width, transposed: true), into: &slope)
    Scalar.addBias(p[places.expansionBias], rows: tokens, to: &slope)
    Scalar.gelu(count: tokens * shape.hidden, &slope, into: &hidden)
    Scalar.multiplySerially(
      m: tokens, n: width, k: shape.hidden, hidden[...], .init(stride: shape.hidden),
      p[places.contraction], .init(stride: shape.hidden, transposed: true),
      into: &scratch.state, beta: 1)
    Scalar.addBias(p[places.contractionBias], rows: tokens, to: &scratch.state)
  }

  /// Turns `scratch.stateGradient` from the gradient with respect to the block's result into that
  /// with respect to its input, and adds the parameters' gradients to `gradient`.
  mutating func backward(
    _ p: [Scalar], _ places: TransformerBlockPlaces, tokens: Int,
    _ scratch: inout TransformerScratch<Scalar>, _ gradient: inout [Scalar]
  ) {
    feedForwardBackward(p, places, tokens: tokens, &scratch, &gradient)
    attentionBackward(p, places, tokens: tokens, &scratch, &gradient)
  }
}
