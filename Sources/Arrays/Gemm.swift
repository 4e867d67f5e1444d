internal import _CKernels

/// Matrix products on BLAS.
///
/// A product is cut into blocks of rows of its result by its size alone and each block is one
/// single-threaded BLAS call, so that results are the same bits for every number of threads.
public enum Gemm {
  /// Rows of the result in one block: large enough for BLAS to run at full speed (at 256 rows
  /// within 5 % of one whole call, measured at 512×512), small enough to share among threads.
  static let rowGrain = 256

  /// c = alpha op(a) op(b) + beta c, single precision.
  ///
  /// - Precondition: the shapes agree.
  public static func multiply(
    _ a: Matrix<Float>, transposed transposeA: Bool = false, _ b: Matrix<Float>,
    transposed transposeB: Bool = false, into c: inout Matrix<Float>, alpha: Float = 1,
    beta: Float = 0
  ) {
    let shape = Shape(a, transposeA, b, transposeB, c)
    unsafe c.elements.withUnsafeMutableBufferPointer { c in
      unsafe a.elements.withUnsafeBufferPointer { a in
        unsafe b.elements.withUnsafeBufferPointer { b in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          let p = unsafe Unchecked((a, b, c))
          shape.forEachBlock { rows, aOffset, cOffset in
            unsafe fd_sgemm(
              transposeA ? 1 : 0, transposeB ? 1 : 0, rows, shape.n, shape.k, alpha,
              p.value.0 + aOffset, shape.lda, p.value.1, shape.ldb, beta, p.value.2 + cOffset,
              shape.n)
          }
        }
      }
    }
  }

  /// c = alpha op(a) op(b) + beta c, double precision.
  ///
  /// - Precondition: the shapes agree.
  public static func multiply(
    _ a: Matrix<Double>, transposed transposeA: Bool = false, _ b: Matrix<Double>,
    transposed transposeB: Bool = false, into c: inout Matrix<Double>, alpha: Double = 1,
    beta: Double = 0
  ) {
    let shape = Shape(a, transposeA, b, transposeB, c)
    unsafe c.elements.withUnsafeMutableBufferPointer { c in
      unsafe a.elements.withUnsafeBufferPointer { a in
        unsafe b.elements.withUnsafeBufferPointer { b in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          let p = unsafe Unchecked((a, b, c))
          shape.forEachBlock { rows, aOffset, cOffset in
            unsafe fd_dgemm(
              transposeA ? 1 : 0, transposeB ? 1 : 0, rows, shape.n, shape.k, alpha,
              p.value.0 + aOffset, shape.lda, p.value.1, shape.ldb, beta, p.value.2 + cOffset,
              shape.n)
          }
        }
      }
    }
  }

  /// The product a b, double precision.
  public static func product(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
    var c = Matrix<Double>(rows: a.rows, columns: b.columns)
    multiply(a, b, into: &c)
    return c
  }

  /// The product a bᵀ, double precision.
  public static func product(_ a: Matrix<Double>, transposed b: Matrix<Double>) -> Matrix<Double> {
    var c = Matrix<Double>(rows: a.rows, columns: b.rows)
    multiply(a, transposed: false, b, transposed: true, into: &c)
    return c
  }

  /// The product aᵀ b, double precision.
  public static func product(transposed a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
    var c = Matrix<Double>(rows: a.columns, columns: b.columns)
    multiply(a, transposed: true, b, into: &c)
    return c
  }

  /// c = alpha a op(b) + beta c on spans, on the caller's thread: for use inside parallel loops.
  ///
  /// Shapes: a is m×k, op(b) is k×n, c is m×n.
  public static func multiplySerially(
    m: Int, n: Int, k: Int, _ a: Span<Double>, _ b: Span<Double>, transposed transposeB: Bool,
    into c: inout MutableSpan<Double>, alpha: Double = 1, beta: Double = 0
  ) {
    precondition(
      a.count >= m * k && b.count >= k * n && c.count >= m * n,
      "spans of \(a.count), \(b.count), \(c.count) for \(m) x \(k) times \(k) x \(n)")
    if m == 0 || n == 0 { return }
    BLAS.start()
    unsafe c.withUnsafeMutableBufferPointer { c in
      unsafe a.withUnsafeBufferPointer { a in
        unsafe b.withUnsafeBufferPointer { b in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          unsafe fd_dgemm(
            0, transposeB ? 1 : 0, Int32(m), Int32(n), Int32(k), alpha, a, Int32(max(1, k)), b,
            Int32(transposeB ? max(1, k) : n), beta, c, Int32(n))
        }
      }
    }
  }
}

/// The checked shape of one product, and its blocks of rows.
private struct Shape: Sendable {
  let m: Int
  let n: Int32
  let k: Int32
  let lda: Int32
  let ldb: Int32
  let aStep: Int

  init<T>(
    _ a: Matrix<T>, _ transposeA: Bool, _ b: Matrix<T>, _ transposeB: Bool, _ c: Matrix<T>
  ) {
    let (m, k) = transposeA ? (a.columns, a.rows) : (a.rows, a.columns)
    let (kb, n) = transposeB ? (b.columns, b.rows) : (b.rows, b.columns)
    precondition(
      k == kb && c.rows == m && c.columns == n,
      "cannot make \(c.rows) x \(c.columns) from \(m) x \(k) times \(kb) x \(n)")
    self.m = m
    self.n = Int32(n)
    self.k = Int32(k)
    // The reference BLAS refuses a stride of zero even where nothing is read.
    lda = Int32(max(1, a.columns))
    ldb = Int32(max(1, b.columns))
    aStep = transposeA ? 1 : a.columns
    BLAS.start()
  }

  /// Calls `body` with the number of rows and the offsets in a and c of each block.
  func forEachBlock(_ body: @Sendable (Int32, Int, Int) -> Void) {
    let (m, n, aStep) = (m, Int(n), aStep)
    if n == 0 { return }
    // Half the rows where that still leaves BLAS enough to do: two threads then share one product.
    let grain = m >= 2 * 64 && m < 2 * Gemm.rowGrain ? (m + 1) / 2 : Gemm.rowGrain
    let blocks = Parallel.blocks(of: m, grain: grain)
    Parallel.forEach(blocks.count) { i in
      body(Int32(blocks[i].count), blocks[i].lowerBound * aStep, blocks[i].lowerBound * n)
    }
  }
}

/// The BLAS behind `Gemm` and the eigenvalue solver.
public enum BLAS {
  private static let started: Void = fd_blas_single_thread()

  /// Makes the BLAS single-threaded, once.
  static func start() { _ = started }

  /// The library's name and build, for run records.
  public static var description: String {
    start()
    guard let text = unsafe fd_blas_description() else { return "unknown" }
    return unsafe String(cString: text).trimmed
  }

  /// The value of the environment variable OPENBLAS_CORETYPE that would give this processor faster
  /// kernels than those that OpenBLAS chose; nil if its choice is good.
  ///
  /// OpenBLAS reads the variable when it is loaded, so a program has to be started with it.
  public static var betterCoreType: String? {
    guard let name = unsafe fd_blas_better_core() else { return nil }
    return unsafe String(cString: name)
  }
}

extension String {
  /// Without white space at either end.
  fileprivate var trimmed: String {
    var view = self[...]
    while view.last?.isWhitespace == true { view.removeLast() }
    while view.first?.isWhitespace == true { view.removeFirst() }
    return String(view)
  }
}
