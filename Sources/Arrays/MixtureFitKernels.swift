internal import _CKernels

/// Safe doors to the C kernels of expectation–maximisation; every size is checked.
///
/// Blocks of samples are spans of n·d numbers, row after row; responsibilities are columns of an
/// n×K block.
public enum MixtureFitKernels {
  /// out_i = x_{rows[i]} − mean for the first `count` of `rows`.
  ///
  /// - Precondition: those rows are rows of x.
  public static func differences(
    _ x: Span<Double>, rows: Span<UInt32>, count: Int, mean: Span<Double>,
    into out: inout MutableSpan<Double>
  ) {
    let (n, d) = (self.rows(x, mean.count), mean.count)
    check(rows, count, below: n)
    precondition(out.count >= count * d, "\(count) x \(d) differences into \(out.count)")
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe x.withUnsafeBufferPointer { x in
        unsafe rows.withUnsafeBufferPointer { rows in
          unsafe mean.withUnsafeBufferPointer { mean in
            guard let x = x.baseAddress, let r = rows.baseAddress, let m = mean.baseAddress,
              let out = out.baseAddress
            else { return }
            unsafe fd_differences(count, r, d, x, m, out)
          }
        }
      }
    }
  }

  /// Column `k` of the n×`columns` logits at the first `count` of `rows` −= ½‖z_i‖² for rows z_i of
  /// `dimension` numbers.
  ///
  /// - Precondition: those rows are rows of the logits.
  public static func subtractHalfSquares(
    _ z: Span<Double>, dimension d: Int, rows: Span<UInt32>, count: Int, column k: Int,
    of columns: Int, from logits: inout MutableSpan<Double>
  ) {
    precondition(
      d > 0 && z.count >= count * d && k >= 0 && k < columns && logits.count % columns == 0,
      "squares of \(count) x \(d) numbers")
    check(rows, count, below: logits.count / columns)
    unsafe logits.withUnsafeMutableBufferPointer { logits in
      unsafe rows.withUnsafeBufferPointer { rows in
        unsafe z.withUnsafeBufferPointer { z in
          guard let z = z.baseAddress, let r = rows.baseAddress, let logits = logits.baseAddress
          else { return }
          unsafe fd_subtract_half_squares(count, r, d, z, logits + k, columns)
        }
      }
    }
  }

  /// logits[i, k] = constants[k] − ½ Σ_a (x_ia − means_ka)² inverse_ka.
  public static func scaledLogits(
    _ x: Span<Double>, means: Matrix<Double>, inverse: Matrix<Double>, constants: [Double],
    into logits: inout MutableSpan<Double>
  ) {
    let (n, d, k) = (rows(x, means.columns), means.columns, means.rows)
    precondition(
      inverse.rows == k && inverse.columns == d && constants.count == k && logits.count == n * k,
      "scaled logits of \(k) x \(d) means")
    unsafe logits.withUnsafeMutableBufferPointer { logits in
      unsafe x.withUnsafeBufferPointer { x in
        guard let x = x.baseAddress, let logits = logits.baseAddress else { return }
        unsafe fd_scaled_logits(n, d, k, x, means.elements, inverse.elements, constants, logits)
      }
    }
  }

  /// Writes √γ_ik (x_i − mean) for the rows with γ_ik > threshold to `out` from row `first` on and
  /// returns how many they are.
  public static func weightedRows(
    _ x: Span<Double>, mean: Span<Double>, responsibilities gamma: Span<Double>, column k: Int,
    of columns: Int, above threshold: Double, first: Int, into out: inout MutableSpan<Double>
  ) -> Int {
    let d = mean.count
    let n = rows(x, d)
    precondition(gamma.count == n * columns && k >= 0 && k < columns, "weighted rows")
    precondition(first >= 0 && out.count >= (first + n) * d, "\(n) rows from \(first)")
    return unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe x.withUnsafeBufferPointer { x in
        unsafe gamma.withUnsafeBufferPointer { gamma in
          unsafe mean.withUnsafeBufferPointer { mean in
            guard let x = x.baseAddress, let g = gamma.baseAddress, let m = mean.baseAddress,
              let out = out.baseAddress
            else { return 0 }
            return unsafe Int(
              fd_weighted_rows(n, d, x, m, g + k, columns, threshold, out + first * d))
          }
        }
      }
    }
  }

  /// out_a += Σ_i γ_ik (x_ia − mean_a)².
  public static func addWeightedSquares(
    _ x: Span<Double>, mean: Span<Double>, responsibilities gamma: Span<Double>, column k: Int,
    of columns: Int, to out: inout [Double]
  ) {
    let d = mean.count
    let n = rows(x, d)
    precondition(gamma.count == n * columns && k >= 0 && k < columns, "weighted squares")
    precondition(out.count == d, "\(out.count) sums for \(d) columns")
    unsafe x.withUnsafeBufferPointer { x in
      unsafe gamma.withUnsafeBufferPointer { gamma in
        unsafe mean.withUnsafeBufferPointer { mean in
          guard let x = x.baseAddress, let g = gamma.baseAddress, let m = mean.baseAddress
          else { return }
          unsafe fd_weighted_squares(n, d, x, m, g + k, columns, &out)
        }
      }
    }
  }

  /// The upper triangle of `c` += AᵀA for the first `n` rows of A; on the caller's thread.
  public static func addGram(rows n: Int, _ a: Span<Double>, toUpper c: inout Matrix<Double>) {
    let d = c.columns
    precondition(c.rows == d && n >= 0 && a.count >= n * d, "Gram matrix of \(n) x \(d)")
    if n == 0 { return }
    BLAS.start()
    unsafe a.withUnsafeBufferPointer { a in
      guard let a = a.baseAddress else { return }
      unsafe fd_dsyrk_upper(Int32(n), Int32(d), a, &c.elements)
    }
  }

  private static func check(_ rows: Span<UInt32>, _ count: Int, below n: Int) {
    precondition(count >= 0 && count <= rows.count, "\(count) of \(rows.count) rows")
    for i in 0..<count { precondition(rows[i] < n, "row \(rows[i]) of \(n)") }
  }

  private static func rows(_ x: Span<Double>, _ d: Int) -> Int {
    precondition(d > 0 && x.count % d == 0, "\(x.count) numbers are not rows of \(d)")
    return x.count / d
  }
}
