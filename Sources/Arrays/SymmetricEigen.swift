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
    precondition(matrix.rows == matrix.columns, "\(matrix.rows) x \(matrix.columns) is not square")
    let n = matrix.rows
    BLAS.start()
    var vectors = matrix.elements
    var values = [Double](repeating: 0, count: n)
    var work = [Double](repeating: 0, count: max(1, 64 * n))
    let info =
      n == 0 ? 0 : unsafe fd_dsyev(Int32(n), &vectors, &values, &work, Int32(work.count))
    guard info == 0 else { return nil }
    self.values = values
    vectorRows = Matrix(rows: n, columns: n, elements: vectors)
  }
}
