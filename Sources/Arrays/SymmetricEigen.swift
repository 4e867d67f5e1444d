internal import _CKernels

/// The eigenvalues and eigenvectors of a symmetric matrix: A = U diag(values) Uᵀ.
public struct SymmetricEigen: Sendable, Equatable {
  /// The eigenvalues in ascending order.
  public let values: [Double]
  /// An orthonormal matrix whose row j is the eigenvector of `values[j]` (that is, Uᵀ).
  public let vectorRows: Matrix<Double>

  /// The decomposition of a symmetric matrix, by LAPACK's `dsyevd`; nil if that did not converge.
  ///
  /// - Precondition: `matrix` is square.
  public init?(_ matrix: Matrix<Double>) {
    guard let (values, vectors) = decompose(matrix, vectors: true) else { return nil }
    self.values = values
    vectorRows = Matrix(rows: matrix.rows, columns: matrix.rows, elements: vectors)
  }

  /// The eigenvalues alone, in ascending order: several times faster; nil if that did not converge.
  ///
  /// - Precondition: `matrix` is square.
  public static func values(_ matrix: Matrix<Double>) -> [Double]? {
    decompose(matrix, vectors: false)?.values
  }
}

private func decompose(
  _ matrix: Matrix<Double>, vectors: Bool
) -> (values: [Double], spoilt: [Double])? {
  precondition(matrix.rows == matrix.columns, "\(matrix.rows) x \(matrix.columns) is not square")
  let n = matrix.rows
  BLAS.start()
  var spoilt = matrix.elements
  var values = [Double](repeating: 0, count: n)
  if n == 0 { return (values, spoilt) }
  // The least that LAPACK asks for, and room for blocks of 64 columns.
  var work = [Double](repeating: 0, count: 1 + 64 * n + (vectors ? 2 * n * n : 0))
  var integers = [Int32](repeating: 0, count: 3 + 5 * n)
  let info = unsafe fd_dsyevd(
    Int32(n), vectors ? 1 : 0, &spoilt, &values, &work, Int32(work.count), &integers,
    Int32(integers.count))
  return info == 0 ? (values, spoilt) : nil
}
