public import Arrays
import Mixtures
public import ProbabilityFlow

extension LearnedFlow {
  /// DΦ_{s←t}(x_i) v for the m vectors v in row i of `vectors`, by Jacobian-vector products of the
  /// network along the trajectories, all under one error control.
  ///
  /// - Returns: the states at s, N×d, and the vectors there, N×(m·d).
  /// - Throws: `FlowError.unfinished` if a sample does not arrive.
  /// - Precondition: `vectors` has a multiple of d columns.
  public func push(
    _ vectors: Matrix<Double>, at x: Matrix<Double>, from start: Double, to end: Double,
    tolerance: Double
  ) throws(FlowError) -> (states: Matrix<Double>, vectors: Matrix<Double>) {
    let (d, n) = (dimension, x.rows)
    precondition(
      x.columns == d && vectors.rows == n && vectors.columns % d == 0,
      "vectors \(vectors.rows) x \(vectors.columns) at \(n) x \(x.columns) states")
    let m = vectors.columns / d
    // A vector in x is one in z: onto the axes, over s_i.
    let inverse = lengths(start).map { 1 / $0 }
    let framed = Gemm.product(
      Matrix(rows: n * m, columns: d, elements: vectors.elements),
      transposed: score.moments.axes
    ).scalingColumns(inverse)
    let states = entering(x, at: start)
    var rows: [Double] = []
    rows.reserveCapacity(n * (1 + m) * d)
    for i in 0..<n {
      rows += states.elements[i * d..<(i + 1) * d]
      rows += framed.elements[i * m * d..<(i + 1) * m * d]
    }
    let field = field
    let carried = try FieldTransport(tolerance: tolerance) { angles, rows in
      field.joint(rows, dimension: d, angles: angles)
    }.carry(
      Matrix(rows: n, columns: (1 + m) * d, elements: rows), from: angle(start), to: angle(end)
    ).orThrow().states
    let (z, moved) = carried.split(after: d)
    let arrived = Gemm.product(
      Matrix(rows: n * m, columns: d, elements: moved.elements).scalingColumns(lengths(end)),
      score.moments.axes)
    return (
      leaving(z, at: end), Matrix(rows: n, columns: m * d, elements: arrived.elements)
    )
  }
}

extension LearnedField {
  /// The derivative of rows that hold z and then m vectors.
  func joint(_ rows: Matrix<Double>, dimension d: Int, angles: [Double]) -> Matrix<Double> {
    let (z, vectors) = rows.split(after: d)
    let m = rows.columns / d - 1
    let pushed = push(
      Matrix(rows: rows.rows * m, columns: d, elements: vectors.elements), at: z, angles: angles)
    var result: [Double] = []
    result.reserveCapacity(rows.elements.count)
    for i in 0..<rows.rows {
      result += pushed.velocities.elements[i * d..<(i + 1) * d]
      result += pushed.derivatives.elements[i * m * d..<(i + 1) * m * d]
    }
    return Matrix(rows: rows.rows, columns: rows.columns, elements: result)
  }
}

extension Matrix<Double> {
  /// The first columns, and the rest.
  fileprivate func split(after d: Int) -> (Matrix<Double>, Matrix<Double>) {
    var (first, rest): ([Double], [Double]) = ([], [])
    first.reserveCapacity(rows * d)
    rest.reserveCapacity(rows * (columns - d))
    for i in 0..<rows {
      first += elements[i * columns..<i * columns + d]
      rest += elements[i * columns + d..<(i + 1) * columns]
    }
    return (
      Matrix(rows: rows, columns: d, elements: first),
      Matrix(rows: rows, columns: columns - d, elements: rest)
    )
  }
}
