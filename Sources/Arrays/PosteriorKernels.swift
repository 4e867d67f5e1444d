internal import _CKernels

/// Safe doors to the fused posterior of components that share one isotropic variance: row i is held
/// against N(shift_i μ_k, (scale_i λ + offset_i) I).
///
/// Row i of a result depends on row i of x alone, to the last bit. fd_posterior.h has the error bounds:
/// in float64 sums came within 1e-13 of ‖sum‖ and the noise near modes however far apart, and within
/// 3e-12 halfway between two, where differences do no better than 1e-11.
public enum PosteriorKernels {
  /// The responsibilities γ (n×K); returns the log-sum-exps of the logits of `GaussianKernels.logits`.
  public static func responsibilities(
    _ x: Span<Double>, rows: GaussianRows, means: PackedMeans<Double>, lambda: Double,
    logWeights: [Double], into gamma: inout MutableSpan<Double>
  ) -> [Double] {
    let (n, d, k) = (rows.count, means.dimension, means.count)
    precondition(
      x.count == n * d && gamma.count == n * k && logWeights.count == k, "posterior shapes")
    var logSum = [Double](repeating: 0, count: n)
    var extent = means.extent
    let work = fd_posterior_work_count_d(n, d, k)
    unsafe gamma.withUnsafeMutableBufferPointer { gamma in
      unsafe x.withUnsafeBufferPointer { x in
        guard let x = x.baseAddress, let gamma = gamma.baseAddress else { return }
        unsafe withScratch(work, fd_posterior_list_count_d(k)) { work, lists in
          unsafe fd_shared_posterior_d(
            n, d, k, x, rows.shift, rows.scale, rows.offset, means.means.elements, means.packed,
            &extent, lambda, logWeights, 0, rows.shift, 0, work, lists, gamma, &logSum, 0, nil)
        }
      }
    }
    return logSum
  }

  /// out_i = Σ_k γ_ik [p μ_k + e (x_i − shift_i μ_k)], e = (e1_i λ + e0)/(scale_i λ + offset_i).
  ///
  /// - Parameter pastCaches: whether `out` is part of a result too large for the caches, which is then written past
  ///   them where the means take at most 1 MiB: on two threads 65,536 × 64 × 20 took 88 ns a row without and takes 81
  ///   (74 in the caches), 4,096 × 1,024 × 20 1.32 and 1.16 µs.
  public static func sum(
    _ x: Span<Double>, rows: GaussianRows, means: PackedMeans<Double>, lambda: Double,
    logWeights: [Double], p: Double, e1: [Double], e0: Double, pastCaches: Bool = false,
    into out: inout MutableSpan<Double>
  ) {
    let (n, d, k) = (rows.count, means.dimension, means.count)
    precondition(
      x.count == n * d && out.count == n * d && e1.count == n && logWeights.count == k,
      "posterior shapes")
    var extent = means.extent
    let work = fd_posterior_work_count_d(n, d, k)
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe x.withUnsafeBufferPointer { x in
        guard let x = x.baseAddress, let out = out.baseAddress else { return }
        unsafe withScratch(work, fd_posterior_list_count_d(k)) { work, lists in
          unsafe fd_shared_posterior_d(
            n, d, k, x, rows.shift, rows.scale, rows.offset, means.means.elements, means.packed,
            &extent, lambda, logWeights, p, e1, e0, work, lists, nil, nil,
            pastCaches ? 1 : 0, out)
        }
      }
    }
  }

  /// The same for states in float32.
  public static func sum(
    _ x: Span<Float>, rows: GaussianRows, means: PackedMeans<Float>, lambda: Double,
    logWeights: [Double], p: Double, e1: [Double], e0: Double, pastCaches: Bool = false,
    into out: inout MutableSpan<Float>
  ) {
    let (n, d, k) = (rows.count, means.dimension, means.count)
    precondition(
      x.count == n * d && out.count == n * d && e1.count == n && logWeights.count == k,
      "posterior shapes")
    var extent = means.extent
    let work = fd_posterior_work_count_f(n, d, k)
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe x.withUnsafeBufferPointer { x in
        guard let x = x.baseAddress, let out = out.baseAddress else { return }
        unsafe withScratch(work, fd_posterior_list_count_f(k)) { work, lists in
          unsafe fd_shared_posterior_f(
            n, d, k, x, rows.shift, rows.scale, rows.offset, means.means.elements, means.packed,
            &extent, lambda, logWeights, p, e1, e0, work, lists, nil, nil,
            pastCaches ? 1 : 0, out)
        }
      }
    }
  }

  /// Calls `body` with memory that holds nothing yet: filling it would cost a tenth of a small call.
  private static func withScratch<T>(
    _ numbers: Int, _ indices: Int,
    _ body: (UnsafeMutablePointer<T>, UnsafeMutablePointer<UInt32>) -> Void
  ) {
    unsafe withUnsafeTemporaryAllocation(of: T.self, capacity: numbers) { work in
      unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: indices) { lists in
        guard let work = work.baseAddress, let lists = lists.baseAddress else { return }
        unsafe body(work, lists)
      }
    }
  }
}
