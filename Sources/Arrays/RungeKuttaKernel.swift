internal import _CKernels

/// The sum at the heart of every explicit Runge–Kutta step.
public enum RungeKuttaKernel {
  /// out_i = y_i + h_i Σ_s c_s k_s,i for rows of `dimension` numbers.
  ///
  /// `stages` holds the k_s one after the other, each as large as `y`; those with c_s = 0 are not
  /// read.
  public static func sum(
    dimension: Int, _ y: Span<Double>, steps h: [Double], coefficients c: [Double],
    stages: Span<Double>, into out: inout MutableSpan<Double>
  ) {
    let count = h.count * dimension
    precondition(
      y.count == count && out.count == count && stages.count >= c.count * count,
      "\(y.count), \(out.count), \(stages.count) numbers for \(h.count) rows")
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe y.withUnsafeBufferPointer { y in
        unsafe stages.withUnsafeBufferPointer { k in
          guard let y = y.baseAddress, let k = k.baseAddress, let out = out.baseAddress
          else { return }
          unsafe fd_runge_kutta_sum(h.count, dimension, c.count, y, h, c, k, out)
        }
      }
    }
  }
}
