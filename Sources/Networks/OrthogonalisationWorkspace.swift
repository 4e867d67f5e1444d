import Arrays

/// Room for making one matrix orthogonal, allocated once.
///
/// A step of the iteration is X ← (aI + bG + cG²) X, G = XXᵀ; for a tall matrix X ← X (aI + bG + cG²),
/// G = XᵀX, which is the same and has the smaller G. Of the three products G and G² are symmetric,
/// and half of each is computed.
struct OrthogonalisationWorkspace: Sendable, Equatable {
  private let isTall: Bool
  /// X, as it lies among the parameters.
  private var x: Matrix<Float>
  private var next: Matrix<Float>
  private var gram: Matrix<Float>
  private var polynomial: Matrix<Float>

  init(rows: Int, columns: Int) {
    isTall = rows > columns
    let small = min(rows, columns)
    x = Matrix(rows: rows, columns: columns)
    next = x
    gram = Matrix(rows: small, columns: small)
    polynomial = gram
  }

  /// Updates the momentum and takes Nesterov's look ahead.
  mutating func load(
    _ gradient: [Float], _ momentum: inout [Float], _ place: MatrixPlace, momentum mu: Float
  ) {
    TrainingKernels.momentum(
      mu, gradient: gradient, momentum: &momentum, in: place.range, ahead: &x.elements)
  }

  /// X ← the matrix with the singular vectors of X and singular values near 1; 0 stays 0.
  mutating func orthogonalise() {
    let norm = TrainingKernels.sumOfSquares(x.elements).squareRoot()
    // Below this nothing but the rounding of single precision is left.
    guard norm > Double(Float.leastNormalMagnitude) else { return }
    TrainingKernels.scale(&x.elements, by: Float(1 / norm))
    for (k, p) in OrthogonalPolynomial.all.enumerated() {
      SymmetricProducts.upperGram(x, transposed: isTall, into: &gram)
      SymmetricProducts.mirror(&gram)
      SymmetricProducts.upperGram(gram, into: &polynomial)
      let s = k == 0 ? Float(1 / largestSingularValueBound) : 1
      SymmetricProducts.combine(
        identity: p.a * s, p.b * s * s * s, gram, p.c * s * s * s * s * s, into: &polynomial)
      if isTall {
        Gemm.multiply(x, polynomial, into: &next)
      } else {
        Gemm.multiply(polynomial, x, into: &next)
      }
      swap(&x, &next)
    }
  }

  /// (Σ σ⁸)^(1/8), which G², in `polynomial`, shows for nothing.
  ///
  /// Where a dozen singular values are as large as the largest it is 1.4 times that, and the norm
  /// (Σ σ²)^(1/2) 3.5 times.
  private var largestSingularValueBound: Double {
    SymmetricProducts.sumOfSquares(polynomial).squareRoot().squareRoot().squareRoot()
  }

  /// W ← decay W − rate X, within [−bound, bound].
  func apply(
    to parameters: inout [Float], _ place: MatrixPlace, rate: Float, decay: Float, bound: Float
  ) {
    TrainingKernels.boundedStep(
      &parameters, in: place.range, along: x.elements, rate: rate, decay: decay, bound: bound)
  }
}
