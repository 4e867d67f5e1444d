import RealModule
internal import _CKernels

/// Safe doors to the C kernels for the derivatives of a mixture's denoiser; every size is checked.
///
/// One component at a time, in coordinates in which its covariance is diagonal, for rows at one noise
/// level: `DenoiserAdjoint` has the formulas.
public enum AdjointKernels {
  /// What depends on the level and the components alone.
  public struct Tables: Sendable {
    /// The components' means, K×d.
    public let means: Matrix<Double>
    /// Their variances, K×d.
    public let variances: Matrix<Double>
    /// 1/(α²λ + σ²), K×d.
    public let precisions: Matrix<Double>
    /// log w_k − ½ Σ log c.
    public let offsets: [Double]
    /// ½ Σ c'/c with c' = 2ασ(1 − λ).
    public let traces: [Double]
    /// α.
    public let alpha: Double
    /// σ.
    public let sigma: Double

    /// The tables of a level; `variances` has 1 or K rows and 1 or d columns.
    public init(
      means: Matrix<Double>, variances lambda: Matrix<Double>, logWeights: [Double],
      alpha: Double, sigma: Double
    ) {
      let (k, d) = (means.rows, means.columns)
      precondition(
        logWeights.count == k && (lambda.rows == 1 || lambda.rows == k)
          && (lambda.columns == 1 || lambda.columns == d), "tables of \(k) x \(d) means")
      var variances = Matrix<Double>(rows: k, columns: d)
      var (precisions, offsets, traces) = (variances, logWeights, logWeights)
      for j in 0..<k {
        var (logarithms, trace) = (0.0, 0.0)
        for a in 0..<d {
          let value = lambda[lambda.rows == 1 ? 0 : j, lambda.columns == 1 ? 0 : a]
          let c = alpha * alpha * value + sigma * sigma
          variances[j, a] = value
          precisions[j, a] = 1 / c
          logarithms += .log(c)
          trace += alpha * sigma * (1 - value) / c
        }
        offsets[j] -= 0.5 * logarithms
        traces[j] = trace
      }
      (self.means, self.variances, self.precisions) = (means, variances, precisions)
      (self.offsets, self.traces, self.alpha, self.sigma) = (offsets, traces, alpha, sigma)
    }
  }

  /// What the rows and the components have, n×K each.
  public struct Moments: Sendable {
    let rows: Int
    let components: Int
    /// The logits, then the responsibilities γ.
    var gamma: [Double]
    /// ⟨e_k, w⟩, then γ_k ⟨e_k − D, w⟩.
    var inner: [Double]
    /// ⟨e_k', w⟩.
    var innerDerivative: [Double]
    /// ℓ_k'.
    var logitDerivative: [Double]

    /// No rows yet.
    public init(rows n: Int, components k: Int) {
      (rows, components) = (n, k)
      gamma = Array(repeating: 0, count: n * k)
      (inner, innerDerivative, logitDerivative) = (gamma, gamma, gamma)
    }

    /// Turns logits into responsibilities and ⟨e_k, w⟩ into γ_k ⟨e_k − D, w⟩, and returns ⟨w, ∂D/∂θ⟩ summed
    /// over the rows.
    public mutating func weigh() -> Double {
      let (n, k) = (rows, components)
      var logits = gamma.mutableSpan
      _ = GaussianKernels.softmax(rows: n, columns: k, &logits)
      var total = 0.0
      for i in 0..<n {
        let range = i * k..<(i + 1) * k
        let mean = range.reduce(0.0) { $0 + gamma[$1] * inner[$1] }
        for j in range {
          inner[j] = gamma[j] * (inner[j] - mean)
          // A component of no weight may have an infinite derivative.
          guard gamma[j] > 0 else { continue }
          total += gamma[j] * innerDerivative[j] + inner[j] * logitDerivative[j]
        }
      }
      return total
    }
  }

  /// Fills in column j of the moments for rows u and cotangents w, n×d.
  public static func moments(
    _ tables: Tables, component j: Int, _ u: [Double], _ w: [Double], into moments: inout Moments
  ) {
    let (n, d, k) = (moments.rows, tables.means.columns, moments.components)
    check(tables, j, u, w, n, k)
    let (lambda, q) = (tables.variances, tables.precisions)
    unsafe fd_adjoint_moments(
      n, d, k, j, tables.alpha, tables.sigma, u, w, Array(tables.means[row: j]),
      Array(lambda[row: j]), Array(q[row: j]), tables.offsets[j], tables.traces[j],
      &moments.gamma, &moments.inner, &moments.innerDerivative, &moments.logitDerivative)
  }

  /// out_i += γ_ij αΛC^{-1} w_i − γ_ij ⟨e_j − D, w_i⟩ C^{-1}(u_i − αμ_j).
  public static func products(
    _ tables: Tables, component j: Int, _ u: [Double], _ w: [Double], _ moments: Moments,
    into out: inout [Double]
  ) {
    let (n, d, k) = (moments.rows, tables.means.columns, moments.components)
    check(tables, j, u, w, n, k)
    precondition(out.count == n * d, "\(out.count) numbers for \(n) x \(d)")
    unsafe fd_adjoint_products(
      n, d, k, j, tables.alpha, u, w, Array(tables.means[row: j]), Array(tables.variances[row: j]),
      Array(tables.precisions[row: j]), moments.gamma, moments.inner, &out)
  }

  private static func check(
    _ tables: Tables, _ j: Int, _ u: [Double], _ w: [Double], _ n: Int, _ k: Int
  ) {
    let size = n * tables.means.columns
    precondition(
      u.count == size && w.count == size && tables.means.rows == k && j < k,
      "\(u.count) and \(w.count) numbers for \(n) rows of \(tables.means.columns)")
  }
}
