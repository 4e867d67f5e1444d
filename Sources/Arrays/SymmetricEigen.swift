internal import _CKernels

/// The eigenvalues and eigenvectors of a symmetric matrix: A = U diag(values) Uᵀ.
public struct SymmetricEigen: Sendable, Equatable {
  /// The eigenvalues in ascending order.
  public let values: [Double]
  /// An orthonormal matrix whose row j is the eigenvector of `values[j]` (that is, Uᵀ).
  public let vectorRows: Matrix<Double>

  /// The decomposition of a symmetric matrix, by LAPACK's `dsyev`; nil if that did not converge.
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
  var work = [Double](repeating: 0, count: max(1, 64 * n))
  let info =
    n == 0
    ? 0 : unsafe fd_dsyev(Int32(n), vectors ? 1 : 0, &spoilt, &values, &work, Int32(work.count))
  return info == 0 ? (values, spoilt) : nil
}
