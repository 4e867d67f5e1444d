import Arrays

/// Attention of all heads within each sample: softmax(Q Kᵀ/√h) V, as
/// `torch.nn.MultiheadAttention` without mask and dropout, before its last linear map.
struct Attention<Scalar: TransformerScalar>: Sendable {
  let shape: TransformerArchitecture
  /// Queries, keys and values of a token in one row: tokens × 3 width, each a head after another.
  var projected: [Scalar]
  /// The softmaxes: samples × heads × queries × keys.
  var weights: [Scalar]
  /// The heads' results, tokens × width.
  var mixed: [Scalar]

  /// Room for `samples` samples.
  init(_ shape: TransformerArchitecture, samples: Int) {
    let tokens = samples * shape.dimension
    self.shape = shape
    projected = Array(repeating: 0, count: tokens * 3 * shape.width)
    weights = Array(repeating: 0, count: tokens * shape.heads * shape.dimension)
    mixed = Array(repeating: 0, count: tokens * shape.width)
  }

  /// 1/√h.
  private var scale: Scalar { 1 / Scalar(shape.headWidth).squareRoot() }

  /// Queries, keys and values of the tokens `x`.
  mutating func project(
    _ p: [Scalar], _ places: TransformerBlockPlaces, tokens: Int, _ x: ArraySlice<Scalar>
  ) {
    let width = shape.width
    Scalar.multiplySerially(
      m: tokens, n: 3 * width, k: width, x, .init(stride: width),
      p[places.projection], .init(stride: width, transposed: true),
      into: &projected)
    Scalar.addBias(p[places.projectionBias], rows: tokens, to: &projected)
  }

  /// The heads' results from the projections.
  mutating func mix(samples: Int) {
    let (tokens, width, h) = (shape.dimension, shape.width, shape.headWidth)
    for head in heads(samples) {
      Scalar.multiplySerially(
        m: tokens, n: tokens, k: h, projected[head.query...],
        .init(stride: 3 * width), projected[head.key...],
        .init(stride: 3 * width, transposed: true), into: &weights, from: head.weights,
        alpha: scale)
    }
    Scalar.softmax(rows: samples * shape.heads * tokens, columns: tokens, &weights)
    for head in heads(samples) {
      Scalar.multiplySerially(
        m: tokens, n: h, k: tokens, weights[head.weights...],
        .init(stride: tokens), projected[head.value...],
        .init(stride: 3 * width), into: &mixed, from: head.mixed, stride: width)
    }
  }

  /// The gradient with respect to the projections from that with respect to the heads' results.
  ///
  /// With P the softmaxes, O = P V and S = QKᵀ/√h: ∂V = Pᵀ ∂O, ∂P = ∂O Vᵀ, ∂Q = ∂S K/√h,
  /// ∂K = ∂Sᵀ Q/√h (derived).
  func backward(
    samples: Int, _ mixedGradient: ArraySlice<Scalar>, weightGradient: inout [Scalar],
    projectedGradient: inout [Scalar]
  ) {
    let (tokens, width, h) = (shape.dimension, shape.width, shape.headWidth)
    let row = Gemm.Operand(stride: 3 * width)
    for head in heads(samples) {
      let gradient = mixedGradient.dropFirst(head.mixed)
      Scalar.multiplySerially(
        m: tokens, n: h, k: tokens, weights[head.weights...],
        .init(stride: tokens, transposed: true), gradient, .init(stride: width),
        into: &projectedGradient, from: head.value, stride: 3 * width)
      Scalar.multiplySerially(
        m: tokens, n: tokens, k: h, gradient, .init(stride: width),
        projected[head.value...],
        .init(stride: 3 * width, transposed: true), into: &weightGradient, from: head.weights)
    }
    Scalar.softmaxBackward(
      columns: tokens, weights[..<(samples * shape.heads * tokens * tokens)],
      &weightGradient)
    for head in heads(samples) {
      let gradient = weightGradient[head.weights...]
      Scalar.multiplySerially(
        m: tokens, n: h, k: tokens, gradient, .init(stride: tokens),
        projected[head.key...], row, into: &projectedGradient,
        from: head.query, stride: 3 * width, alpha: scale)
      Scalar.multiplySerially(
        m: tokens, n: h, k: tokens, gradient, .init(stride: tokens, transposed: true),
        projected[head.query...], row, into: &projectedGradient,
        from: head.key, stride: 3 * width, alpha: scale)
    }
  }

  /// Where one head of one sample begins in each array.
  private struct Head {
    let query: Int
    let key: Int
    let value: Int
    let weights: Int
    let mixed: Int
  }

  /// All heads of the first `samples` samples.
  private func heads(_ samples: Int) -> some Sequence<Head> {
    let shape = shape
    return (0..<samples * shape.heads).lazy.map { i in
      let (sample, head) = i.quotientAndRemainder(dividingBy: shape.heads)
      let (token, feature) = (sample * shape.dimension, head * shape.headWidth)
      let query = token * 3 * shape.width + feature
      return Head(
        query: query, key: query + shape.width, value: query + 2 * shape.width,
        weights: i * shape.dimension * shape.dimension, mixed: token * shape.width + feature)
    }
  }
}
