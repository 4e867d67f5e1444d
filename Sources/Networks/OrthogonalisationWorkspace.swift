import Arrays

/// Room for making one matrix orthogonal, allocated once.
struct OrthogonalisationWorkspace: Sendable, Equatable {
  private let isTall: Bool
  /// X, wide: a tall matrix is held transposed, since the iteration's squares are of its rows.
  private var x: Matrix<Float>
  private var next: Matrix<Float>
  private var gram: Matrix<Float>
  private var polynomial: Matrix<Float>

  /// Steps of the iteration.
  private static let steps = 5

  init(rows: Int, columns: Int) {
    isTall = rows > columns
    let (m, n) = (min(rows, columns), max(rows, columns))
    x = Matrix(rows: m, columns: n)
    next = Matrix(rows: m, columns: n)
    gram = Matrix(rows: m, columns: m)
    polynomial = Matrix(rows: m, columns: m)
  }

  /// Updates the momentum and takes Nesterov's look ahead.
  mutating func load(
    _ gradient: [Float], _ momentum: inout [Float], _ place: MatrixPlace, momentum mu: Float
  ) {
    let first = place.range.lowerBound
    for i in 0..<place.rows {
      for j in 0..<place.columns {
        let k = first + i * place.columns + j
        let g = (1 - mu) * gradient[k]
        momentum[k] = mu * momentum[k] + g
        let u = g + mu * momentum[k]
        if isTall { x[j, i] = u } else { x[i, j] = u }
      }
    }
  }

  /// X ← the matrix with the singular vectors of X and singular values near 1; 0 stays 0.
  mutating func orthogonalise() {
    let norm = TrainingKernels.sumOfSquares(x.elements).squareRoot()
    guard norm > 0 else { return }
    let scale = Float(1 / norm)
    for i in x.elements.indices { x.elements[i] *= scale }
    for _ in 0..<Self.steps {
      Gemm.multiply(x, transposed: false, x, transposed: true, into: &gram)
      polynomial.elements = gram.elements
      Gemm.multiply(gram, gram, into: &polynomial, alpha: 2.0315, beta: -4.7750)
      next.elements = x.elements
      Gemm.multiply(polynomial, x, into: &next, alpha: 1, beta: 3.4445)
      swap(&x, &next)
    }
  }

  /// W ← decay W − rate X, within [−bound, bound].
  func apply(
    to parameters: inout [Float], _ place: MatrixPlace, rate: Float, decay: Float, bound: Float
  ) {
    let first = place.range.lowerBound
    for i in 0..<place.rows {
      for j in 0..<place.columns {
        let k = first + i * place.columns + j
        let value = decay * parameters[k] - rate * (isTall ? x[j, i] : x[i, j])
        parameters[k] = max(-bound, min(bound, value))
      }
    }
  }
}
