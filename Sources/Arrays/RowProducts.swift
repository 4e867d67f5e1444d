internal import _CKernels

/// Products of a batch of rows with one small matrix in which every row is on its own: row i of the
/// result is the same bits whatever the other rows are and however many.
///
/// BLAS does not promise that: its kernels for the last rows of a block sum in another order. For
/// the d×d matrices of mixtures this is no slower (d = 64: twice OpenBLAS's speed with AVX-512,
/// 1.3 times its Haswell kernel's).
public enum RowProducts {
  /// c = a b, or c + a b if `adding`, on the caller's thread.
  ///
  /// Shapes: a is m×k, b is k×n, c is m×n.
  public static func multiply(
    m: Int, n: Int, k: Int, _ a: Span<Double>, _ b: Span<Double>,
    into c: inout MutableSpan<Double>, adding: Bool = false
  ) {
    precondition(
      a.count >= m * k && b.count >= k * n && c.count >= m * n,
      "spans of \(a.count), \(b.count), \(c.count) for \(m) x \(k) times \(k) x \(n)")
    unsafe c.withUnsafeMutableBufferPointer { c in
      unsafe a.withUnsafeBufferPointer { a in
        unsafe b.withUnsafeBufferPointer { b in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          unsafe fd_row_products(m, n, k, a, b, adding ? 1 : 0, c)
        }
      }
    }
  }

  /// The product a b.
  public static func product(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
    precondition(a.columns == b.rows, "\(a.columns) columns times \(b.rows) rows")
    var c = Matrix<Double>(rows: a.rows, columns: b.columns)
    c.forEachRowBlock(grain: 256) { range, block in
      let rows = a.elements.span.extracting(
        range.lowerBound * a.columns..<range.upperBound * a.columns)
      multiply(
        m: range.count, n: b.columns, k: a.columns, rows, b.elements.span, into: &block)
    }
    return c
  }
}
