internal import _CKernels

/// What every explicit Runge–Kutta step consists of.
public enum RungeKuttaKernel {
  /// out = y + h Σ_s c_s k_s, number by number.
  ///
  /// `stages` holds the k_s one after the other, each as large as `out`; those with c_s = 0 are not
  /// read.
  public static func sum(
    _ y: Span<Double>, steps: Span<Double>, coefficients: [Double], stages: Span<Double>,
    into out: inout MutableSpan<Double>
  ) {
    precondition(y.count == out.count, "\(y.count) numbers into \(out.count)")
    unsafe y.withUnsafeBufferPointer {
      unsafe sum($0.baseAddress, steps, coefficients, stages, &out)
    }
  }

  /// out = h Σ_s c_s k_s: the same without a state.
  public static func increment(
    steps: Span<Double>, coefficients: [Double], stages: Span<Double>,
    into out: inout MutableSpan<Double>
  ) {
    unsafe sum(nil, steps, coefficients, stages, &out)
  }

  private static func sum(
    _ y: UnsafePointer<Double>?, _ h: Span<Double>, _ c: [Double], _ stages: Span<Double>,
    _ out: inout MutableSpan<Double>
  ) {
    let count = h.count
    precondition(
      out.count == count && stages.count >= c.count * count,
      "\(out.count), \(stages.count) numbers for \(count)")
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe h.withUnsafeBufferPointer { h in
        unsafe stages.withUnsafeBufferPointer { k in
          guard let h = h.baseAddress, let k = k.baseAddress, let out = out.baseAddress else {
            return
          }
          unsafe fd_runge_kutta_sum(count, c.count, y, h, c, k, out)
        }
      }
    }
  }

  /// The squared Euclidean norms of rows of `dimension` numbers.
  public static func squares(
    dimension: Int, _ x: Span<Double>, into squares: inout [Double]
  ) {
    precondition(x.count == squares.count * dimension, "\(x.count) numbers, \(squares.count) rows")
    unsafe x.withUnsafeBufferPointer { x in
      guard let x = x.baseAddress else { return }
      unsafe fd_row_squares(squares.count, dimension, x, &squares)
    }
  }
}
