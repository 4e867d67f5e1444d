import Arrays

/// Numbers that one block of samples needs only until the next step of its pass.
struct TransformerScratch<Scalar: TransformerScalar>: Sendable {
  /// The tokens between residual blocks, tokens × width.
  var state: [Scalar]
  /// A normalised state, or the gradient with respect to one.
  var normed: [Scalar]
  /// The gradient with respect to the state.
  var stateGradient: [Scalar]
  /// The gradient with respect to a normalised state, or to the heads' results.
  var branchGradient: [Scalar]
  /// The gradient with respect to queries, keys and values.
  var projectedGradient: [Scalar]
  /// The gradient with respect to the hidden layer.
  var hiddenGradient: [Scalar]
  /// The gradient with respect to all attention weights of the block of samples.
  var weightGradient: [Scalar]
  /// The gradient with respect to the output, samples × dimension.
  var outputGradient: [Scalar]

  /// All of them.
  var storage: [[Scalar]] {
    [
      state, normed, stateGradient, branchGradient, projectedGradient, hiddenGradient,
      weightGradient, outputGradient,
    ]
  }

  /// Room for `samples` samples, without gradients for forward passes only.
  init(_ shape: TransformerArchitecture, samples: Int, backward: Bool) {
    func room(_ perToken: Int) -> [Scalar] {
      Array(repeating: 0, count: samples * shape.dimension * perToken)
    }
    state = room(shape.width)
    normed = room(shape.width)
    stateGradient = backward ? room(shape.width) : []
    branchGradient = backward ? room(shape.width) : []
    projectedGradient = backward ? room(3 * shape.width) : []
    hiddenGradient = backward ? room(shape.hidden) : []
    weightGradient = backward ? room(shape.heads * shape.dimension) : []
    outputGradient = backward ? room(1) : []
  }
}
