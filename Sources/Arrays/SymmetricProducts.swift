internal import _CKernels

/// Products that are symmetric, of which one triangle is computed: half the work of `Gemm`.
///
/// The triangle is cut into blocks by its size alone, each one single-threaded BLAS call, so that
/// results are the same bits for every number of threads.
public enum SymmetricProducts {
  /// Rows of one block: as large as `Gemm` likes them, and two to a matrix that two threads can share.
  static func grain(_ n: Int) -> Int {
    n >= 2 * 64 && n < 2 * Gemm.rowGrain ? (n + 1) / 2 : Gemm.rowGrain
  }

  /// The block of a task: those off the diagonal, twice the work of the others, first.
  private static func block(_ task: Int, of count: Int) -> (Int, Int) {
    var rest = task
    for i in 0..<count {
      let right = count - 1 - i
      if rest < right { return (i, i + 1 + rest) }
      rest -= right
    }
    return (rest, rest)
  }

  /// The upper triangle of c ← op(a) op(a)ᵀ; what is below it is left unspecified.
  ///
  /// - Parameter transposed: whether op(a) is aᵀ.
  /// - Precondition: c has as many rows and columns as op(a) has rows.
  public static func upperGram(
    _ a: Matrix<Float>, transposed: Bool = false, into c: inout Matrix<Float>
  ) {
    let (n, k) = transposed ? (a.columns, a.rows) : (a.rows, a.columns)
    precondition(c.rows == n && c.columns == n, "\(c.rows) x \(c.columns) for a square of \(n)")
    if n == 0 || k == 0 {
      c = Matrix(rows: n, columns: n)
      return
    }
    BLAS.start()
    let (grain, stride, step) = (grain(n), a.columns, transposed ? 1 : a.columns)
    let count = (n + grain - 1) / grain
    unsafe c.elements.withUnsafeMutableBufferPointer { c in
      unsafe a.elements.withUnsafeBufferPointer { a in
        guard let a = a.baseAddress, let c = c.baseAddress else { return }
        let p = unsafe Unchecked((a, c))
        Parallel.forEach(count * (count + 1) / 2) { task in
          let (i, j) = block(task, of: count)
          let (top, left) = (i * grain, j * grain)
          let (rows, columns) = (min(grain, n - top), min(grain, n - left))
          if i == j {
            unsafe fd_ssyrk_upper(
              transposed ? 1 : 0, Int32(rows), Int32(k), 1, p.value.0 + top * step, Int32(stride),
              p.value.1 + top * n + top, Int32(n))
          } else {
            unsafe fd_sgemm(
              transposed ? 1 : 0, transposed ? 0 : 1, Int32(rows), Int32(columns), Int32(k), 1,
              p.value.0 + top * step, Int32(stride), p.value.0 + left * step, Int32(stride), 0,
              p.value.1 + top * n + left, Int32(n))
          }
        }
      }
    }
  }

  /// s ← a I + b g + c s from the upper triangle of s, both triangles filled.
  ///
  /// - Precondition: g is symmetric and of the shape of s.
  public static func combine(
    identity a: Float, _ b: Float, _ g: Matrix<Float>, _ c: Float, into s: inout Matrix<Float>
  ) {
    precondition(g.rows == s.rows && g.columns == s.columns, "\(g.rows) rows for \(s.rows)")
    unsafe g.elements.withUnsafeBufferPointer { unsafe combine(a, b, $0.baseAddress, c, into: &s) }
  }

  /// Fills the lower triangle of s with the mirror image of the upper one.
  public static func mirror(_ s: inout Matrix<Float>) { unsafe combine(0, 0, nil, 1, into: &s) }

  private static func combine(
    _ a: Float, _ b: Float, _ g: UnsafePointer<Float>?, _ c: Float, into s: inout Matrix<Float>
  ) {
    let (n, grain) = (s.rows, 64)
    precondition(s.columns == n, "\(n) x \(s.columns) is not symmetric")
    unsafe s.elements.withUnsafeMutableBufferPointer { s in
      guard let s = s.baseAddress else { return }
      let p = unsafe Unchecked((g, s))
      Parallel.forEach((n + grain - 1) / grain) { i in
        unsafe fd_symmetric_combination(
          n, i * grain, min(n, (i + 1) * grain), a, b, c, p.value.0, p.value.1)
      }
    }
  }

  /// Σ s_ij² of a symmetric matrix, from its upper triangle, in double precision.
  public static func sumOfSquares(_ s: Matrix<Float>) -> Double {
    precondition(s.rows == s.columns, "\(s.rows) x \(s.columns) is not symmetric")
    return unsafe s.elements.withUnsafeBufferPointer { elements in
      guard let base = elements.baseAddress else { return 0 }
      return unsafe fd_symmetric_sum_of_squares(s.rows, base)
    }
  }
}
