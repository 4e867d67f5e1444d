internal import _CKernels

/// Safe doors to the C kernels for the tangent of the regular flow; every size is checked.
///
/// With w = δ/(1 + ρ²δ) by component and coordinate, h_k = μ_k + ρ w_k (y − ρμ_k) and the Jacobian
/// of F = Σ_k γ_k h_k is J = ρ [Σ_k γ_k w_k + Cov_γ(h)].
public enum TangentKernels {
  /// What one batch of n rows needs besides its states.
  public struct Posterior: Sendable {
    /// γ, n×K.
    public var responsibilities: [Double] = []
    /// h, n×K×d; `products` leaves h − F there.
    public var componentMeans: [Double] = []
    /// F, n×d.
    public var mean: [Double] = []
    /// Σ_k γ_k w_k, n×d.
    public var stretch: [Double] = []

    /// No rows yet.
    public init() {}

    /// Makes room for n rows of d coordinates and K components.
    public mutating func resize(rows n: Int, dimension d: Int, components k: Int) {
      func fit(_ values: inout [Double], _ count: Int) {
        if values.count != count { values = Array(repeating: 0, count: count) }
      }
      fit(&responsibilities, n * k)
      fit(&componentMeans, n * k * d)
      fit(&mean, n * d)
      fit(&stretch, n * d)
    }
  }

  /// Fills in h, F and Σ γ w of a batch whose responsibilities are known.
  ///
  /// `excess` is δ, one row if all components share it, one column if it is isotropic.
  public static func componentMeans(
    _ y: Span<Double>, times rho: [Double], means: Matrix<Double>, excess: Matrix<Double>,
    into posterior: inout Posterior
  ) {
    let (n, d, k) = (rho.count, means.columns, means.rows)
    precondition(
      y.count == n * d && (excess.rows == 1 || excess.rows == k)
        && (excess.columns == 1 || excess.columns == d),
      "\(y.count) numbers, excess \(excess.rows) x \(excess.columns)")
    check(posterior, n, d, k)
    unsafe y.withUnsafeBufferPointer { y in
      guard let y = y.baseAddress else { return }
      unsafe fd_component_means(
        n, d, k, y, rho, means.elements, excess.elements, excess.columns,
        excess.rows == 1 ? 0 : excess.columns, posterior.responsibilities,
        &posterior.componentMeans, &posterior.mean, &posterior.stretch)
    }
  }

  /// out += J v for the vectors that follow the first d numbers of each row of `rows`; both spans
  /// hold n rows of the same length, a multiple of d.
  ///
  /// Replaces h in `posterior` by h − F.
  public static func products(
    _ posterior: inout Posterior, times rho: [Double], dimension d: Int, rows: Span<Double>,
    into out: inout MutableSpan<Double>
  ) {
    let n = rho.count
    guard n > 0 else { return }
    let (stride, k) = (rows.count / n, posterior.responsibilities.count / n)
    precondition(
      rows.count == n * stride && stride % d == 0 && stride >= d && out.count == rows.count,
      "\(rows.count) numbers in \(n) rows of vectors of \(d)")
    check(posterior, n, d, k)
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe rows.withUnsafeBufferPointer { rows in
        guard let rows = rows.baseAddress, let out = out.baseAddress else { return }
        unsafe fd_posterior_products(
          n, d, k, stride / d - 1, posterior.responsibilities, &posterior.componentMeans,
          posterior.mean, posterior.stretch, rho, rows + d, stride, out + d, stride)
      }
    }
  }

  private static func check(_ posterior: Posterior, _ n: Int, _ d: Int, _ k: Int) {
    precondition(
      posterior.responsibilities.count == n * k && posterior.componentMeans.count == n * k * d
        && posterior.mean.count == n * d && posterior.stretch.count == n * d,
      "a posterior of other than \(n) rows")
  }
}
