package import Arrays

/// What to compute from a batch of posteriors: Σ_k γ_k [p μ_k + E_k (x − shift μ_k)] with
/// E_k = (e1 Σ_k + e0 I)(scale Σ_k + offset I)^{-1}.
package struct PosteriorSum {
  package var p: Double
  package var e1: [Double]
  package var e0: Double
  /// Whether the rows are part of a result too large for the caches.
  package var pastCaches = false

  /// The score: p = 0, E_k = −C_k^{-1}.
  package static func score(rows: Int) -> PosteriorSum {
    PosteriorSum(p: 0, e1: [Double](repeating: 0, count: rows), e0: -1)
  }

  /// The posterior mean E[X_0 | x]: p = 1, E_k = shift Σ_k C_k^{-1}.
  package static func posteriorMean(shift: [Double]) -> PosteriorSum {
    PosteriorSum(p: 1, e1: shift, e0: 0)
  }
}

/// Buffers for evaluations of up to a given number of rows, reused from call to call.
package struct EvaluationScratch {
  /// γ_ik of the last evaluation, n×K.
  package var responsibilities: [Double] = []

  package init() {}
  /// Rotated differences, K blocks of n×d; full covariances only.
  private var rotated: [Double] = []
  private var difference: [Double] = []

  /// Moves the buffers out, sized for a batch.
  fileprivate mutating func take(
    rows n: Int, components k: Int, dimension d: Int
  ) -> ([Double], [Double], [Double]) {
    if responsibilities.count != n * k { responsibilities = Array(repeating: 0, count: n * k) }
    if rotated.count != k * n * d { rotated = Array(repeating: 0, count: k * n * d) }
    if difference.count != n * d { difference = Array(repeating: 0, count: n * d) }
    defer { (responsibilities, rotated, difference) = ([], [], []) }
    return (responsibilities, rotated, difference)
  }

  /// Moves the buffers back.
  fileprivate mutating func put(_ gamma: [Double], _ rotated: [Double], _ difference: [Double]) {
    (responsibilities, self.rotated, self.difference) = (gamma, rotated, difference)
  }
}

extension MixtureSpectrum {
  /// Responsibilities, log-sum-exps and, if asked for, a posterior sum of a batch of rows.
  ///
  /// Row i of `x` (in the frame) is held against components N(shift_i μ_k, scale_i Λ_k + offset_i I),
  /// Λ_k being `lambda` (the eigenvalues, or those minus a constant). Without a sum the
  /// responsibilities are left in `scratch`, and the log-sum-exp of each row is returned:
  /// log p(x) + (d/2) log 2π. With a sum both may be missing.
  package func evaluate(
    _ x: Span<Double>, rows: GaussianRows, lambda: Matrix<Double>, logWeights: [Double],
    sum: PosteriorSum?, into out: inout MutableSpan<Double>, scratch: inout EvaluationScratch
  ) -> [Double] {
    let (n, k) = (rows.count, means.rows)
    if let packed, let sum {
      PosteriorKernels.sum(
        x, rows: rows, means: packed, lambda: lambda[0, 0], logWeights: logWeights, p: sum.p,
        e1: sum.e1, e0: sum.e0, pastCaches: sum.pastCaches, into: &out)
      return []
    }
    if scratch.responsibilities.count != n * k {
      scratch.responsibilities = [Double](repeating: 0, count: n * k)
    }
    let kernel: GaussianKernels.Geometry
    switch geometry {
    case .isotropic: kernel = .isotropic
    case .diagonal: kernel = .diagonal
    case .full:
      return evaluateFull(
        x, rows: rows, lambda: lambda, logWeights: logWeights, sum: sum, into: &out,
        scratch: &scratch)
    }
    var gamma = scratch.responsibilities.mutableSpan
    if let packed {
      return PosteriorKernels.responsibilities(
        x, rows: rows, means: packed, lambda: lambda[0, 0], logWeights: logWeights, into: &gamma)
    }
    GaussianKernels.logits(
      kernel, x, rows: rows, means: means, lambda: lambda, logWeights: logWeights, into: &gamma)
    let logSum = GaussianKernels.softmax(rows: n, columns: k, &gamma)
    if let sum {
      GaussianKernels.combine(
        kernel, x, rows: rows, means: means, lambda: lambda,
        responsibilities: scratch.responsibilities.span, p: sum.p, e1: sum.e1, e0: sum.e0,
        into: &out)
    }
    return logSum
  }

  private func evaluateFull(
    _ x: Span<Double>, rows: GaussianRows, lambda: Matrix<Double>, logWeights: [Double],
    sum: PosteriorSum?, into out: inout MutableSpan<Double>, scratch: inout EvaluationScratch
  ) -> [Double] {
    let (n, k, d) = (rows.count, means.rows, means.columns)
    // Taken out of the scratch for exclusive access to each buffer, put back at the end.
    var (gamma, rotated, difference) = scratch.take(rows: n, components: k, dimension: d)
    defer { scratch.put(gamma, rotated, difference) }
    let (eigenvalues, allMeans) = (lambda.elements, means.elements)
    for j in 0..<k {
      let (mean, rotation) = (
        allMeans.span.extracting(j * d..<(j + 1) * d), rotations[j].elements
      )
      var differences = difference.mutableSpan
      GaussianKernels.differences(x, rows: rows, mean: mean, into: &differences)
      var all = rotated.mutableSpan
      all.withRange(j * n * d..<(j + 1) * n * d) { z in
        RowProducts.multiply(m: n, n: d, k: d, difference.span, rotation.span, into: &z)
        var logits = gamma.mutableSpan
        GaussianKernels.rotatedLogits(
          z.span, rows: rows, lambda: eigenvalues.span.extracting(j * d..<(j + 1) * d),
          logWeight: logWeights[j], column: j, of: k, into: &logits)
      }
    }
    var logits = gamma.mutableSpan
    let logSum = GaussianKernels.softmax(rows: n, columns: k, &logits)
    guard let sum else { return logSum }
    for i in out.indices { out[i] = 0 }
    for j in 0..<k {
      let active = (0..<n).contains { gamma[$0 * k + j] != 0 }
      guard active else { continue }
      let back = inverseRotations[j].elements
      var all = rotated.mutableSpan
      all.withRange(j * n * d..<(j + 1) * n * d) { z in
        GaussianKernels.rotatedWeights(
          &z, rows: rows, lambda: eigenvalues.span.extracting(j * d..<(j + 1) * d),
          responsibilities: gamma.span, column: j, of: k, e1: sum.e1, e0: sum.e0)
        RowProducts.multiply(m: n, n: d, k: d, z.span, back.span, into: &out, adding: true)
      }
      guard sum.p != 0 else { continue }
      GaussianKernels.addMean(
        allMeans.span.extracting(j * d..<(j + 1) * d), times: sum.p,
        responsibilities: gamma.span, column: j, of: k, to: &out)
    }
    return logSum
  }
}
