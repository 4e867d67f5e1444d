extension TransformerScalar {
  /// c = alpha op(a) op(b) + beta c, on the caller's thread: for use inside parallel loops.
  ///
  /// Shapes: op(a) is m×k, op(b) is k×n, c is m×n.
  ///
  /// - Parameters:
  ///   - c: the array whose elements from `start` on hold the result.
  ///   - start: where c begins in it.
  ///   - stride: how far apart the rows of c begin; n if `nil`.
  public static func multiplySerially(
    m: Int, n: Int, k: Int, _ a: ArraySlice<Self>, _ layoutA: Gemm.Operand, _ b: ArraySlice<Self>,
    _ layoutB: Gemm.Operand, into c: inout [Self], from start: Int = 0, stride: Int? = nil,
    alpha: Self = 1, beta: Self = 0
  ) {
    let stride = stride ?? n
    precondition(
      a.count >= layoutA.extent(m, k) && b.count >= layoutB.extent(k, n),
      "slices of \(a.count), \(b.count) for \(m) x \(k) times \(k) x \(n)")
    let extent = Gemm.Operand(stride: stride).extent(m, n)
    if m == 0 || n == 0 { return }
    BLAS.start()
    unsafe withPointer(a) { a in
      unsafe withPointer(b) { b in
        unsafe withPointer(&c, from: start, count: extent) { c in
          unsafe functions.multiplyMatrices(
            layoutA.transposed ? 1 : 0, layoutB.transposed ? 1 : 0, Int32(m), Int32(n), Int32(k),
            alpha, a, Int32(max(1, layoutA.stride)), b, Int32(max(1, layoutB.stride)), beta, c,
            Int32(max(1, stride)))
        }
      }
    }
  }

  /// z[i, j] += bias[j] for the first `rows` rows of `z`.
  public static func addBias(_ bias: ArraySlice<Self>, rows: Int, to z: inout [Self]) {
    unsafe withPointer(&z, count: rows * bias.count) { z in
      unsafe withPointer(bias) { unsafe functions.addBias(rows, bias.count, $0, z) }
    }
  }

  /// Adds the column sums of `x` to the `columns` elements of `sums` from `start` on.
  public static func addColumnSums(
    _ x: ArraySlice<Self>, columns: Int, to sums: inout [Self], from start: Int
  ) {
    precondition(columns > 0 && x.count % columns == 0, "\(x.count) in rows of \(columns)")
    unsafe withPointer(&sums, from: start, count: columns) { sums in
      unsafe withPointer(x) { unsafe functions.addColumnSums(x.count / columns, columns, $0, sums) }
    }
  }

  /// Sets all elements to 0.
  public static func clear(_ y: inout [Self]) {
    let count = y.count
    unsafe withPointer(&y, count: count) { unsafe functions.clear(count, $0) }
  }

  /// y += x.
  public static func add(_ x: ArraySlice<Self>, to y: inout MutableSpan<Self>) {
    precondition(x.count == y.count, "\(x.count) elements to \(y.count)")
    unsafe y.withUnsafeMutableBufferPointer { y in
      let to = y.baseAddress
      unsafe withPointer(x) { unsafe functions.add(x.count, $0, to) }
    }
  }

  /// y ← y ∘ x for the first elements of `y`.
  public static func multiply(_ x: ArraySlice<Self>, into y: inout [Self]) {
    unsafe withPointer(&y, count: x.count) { y in
      unsafe withPointer(x) { unsafe functions.multiply(x.count, $0, y) }
    }
  }
}
