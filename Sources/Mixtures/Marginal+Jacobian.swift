public import Arrays

extension Marginal {
  /// The Jacobian of the score, ∇s = −Σ_k γ_k C_k^{-1} + Σ_k γ_k (g_k − s)(g_k − s)ᵀ with
  /// g_k = C_k^{-1}(αμ_k − x): N rows of d·d numbers, each a symmetric matrix, row-major.
  ///
  /// The centred form of the covariance Cov_γ(g) loses no digits where one component dominates.
  public func scoreJacobian(_ x: Matrix<Double>) -> Matrix<Double> {
    let d = x.columns
    let precisions = mixture.covarianceInverses(alpha: alpha, sigmaSquared: sigmaSquared)
    let gamma = responsibilities(x)
    let scores = score(x)
    var result = Matrix<Double>(rows: x.rows, columns: d * d)
    result.forEachRowBlock(grain: 8) { range, block in
      var pull = [Double](repeating: 0, count: d)
      var difference = [Double](repeating: 0, count: d)
      for (row, i) in range.enumerated() {
        block.withRange(row * d * d..<(row + 1) * d * d) { jacobian in
          for k in 0..<mixture.componentCount {
            let weight = gamma[i, k]
            guard weight != 0 else { continue }
            for a in 0..<d { difference[a] = alpha * mixture.means[k, a] - x[i, a] }
            precisions[min(k, precisions.count - 1)].apply(difference.span, into: &pull)
            for a in 0..<d { pull[a] -= scores[i, a] }
            addOuterProduct(weight, pull.span, pull.span, to: &jacobian)
            precisions[min(k, precisions.count - 1)].subtract(weight, from: &jacobian)
          }
        }
      }
    }
    return result
  }
}

extension Marginal {
  /// The Jacobian of the posterior mean, ∇E[X_0|x] = Σ_k γ_k G_k + Σ_k γ_k (e_k − E)(g_k − s)ᵀ with
  /// G_k = αΣ_k C_k^{-1} and e_k = μ_k + G_k(x − αμ_k): N rows of d·d numbers.
  ///
  /// Unlike (I + σ²∇s)/α, to which it is equal, it is accurate where α is small or 0.
  public func posteriorMeanJacobian(_ x: Matrix<Double>) -> Matrix<Double> {
    let d = x.columns
    let precisions = mixture.covarianceInverses(alpha: alpha, sigmaSquared: sigmaSquared)
    let gains = mixture.functions { alpha * $0 / (alpha * alpha * $0 + sigmaSquared) }
    let gamma = responsibilities(x)
    let (scores, posterior) = (score(x), posteriorMean(x))
    var result = Matrix<Double>(rows: x.rows, columns: d * d)
    result.forEachRowBlock(grain: 8) { range, block in
      var (pull, mean) = ([Double](repeating: 0, count: d), [Double](repeating: 0, count: d))
      var difference = pull
      for (row, i) in range.enumerated() {
        block.withRange(row * d * d..<(row + 1) * d * d) { jacobian in
          for k in 0..<mixture.componentCount {
            let weight = gamma[i, k]
            guard weight != 0 else { continue }
            for a in 0..<d { difference[a] = alpha * mixture.means[k, a] - x[i, a] }
            precisions[min(k, precisions.count - 1)].apply(difference.span, into: &pull)
            gains[min(k, gains.count - 1)].apply(difference.span, into: &mean)
            for a in 0..<d {
              pull[a] -= scores[i, a]
              mean[a] = mixture.means[k, a] - mean[a] - posterior[i, a]
            }
            addOuterProduct(weight, mean.span, pull.span, to: &jacobian)
            gains[min(k, gains.count - 1)].subtract(-weight, from: &jacobian)
          }
        }
      }
    }
    return result
  }
}

/// m ← m + weight u vᵀ, m being d×d row-major.
private func addOuterProduct(
  _ weight: Double, _ u: Span<Double>, _ v: Span<Double>, to m: inout MutableSpan<Double>
) {
  let d = v.count
  for a in 0..<d {
    let factor = weight * u[a]
    m.withRange(a * d..<(a + 1) * d) { row in
      for b in 0..<d { row[b] += factor * v[b] }
    }
  }
}

/// The inverse of one component's covariance at a time, as cheap as its form allows.
enum Precision: Sendable {
  case isotropic(Double)
  case diagonal([Double])
  case full(Matrix<Double>)

  /// out = C^{-1} v.
  func apply(_ v: Span<Double>, into out: inout [Double]) {
    switch self {
    case .isotropic(let p):
      for a in 0..<v.count { out[a] = p * v[a] }
    case .diagonal(let p):
      for a in 0..<v.count { out[a] = p[a] * v[a] }
    case .full(let p):
      let d = v.count
      for a in 0..<d {
        let row = p.elements.span.extracting(a * d..<(a + 1) * d)
        var sum = 0.0
        for b in 0..<d { sum += row[b] * v[b] }
        out[a] = sum
      }
    }
  }

  /// m ← m − weight C^{-1}.
  func subtract(_ weight: Double, from m: inout MutableSpan<Double>) {
    switch self {
    case .isotropic(let p):
      let d = Int(Double(m.count).squareRoot())
      for a in 0..<d { m[a * d + a] -= weight * p }
    case .diagonal(let p):
      for a in p.indices { m[a * p.count + a] -= weight * p[a] }
    case .full(let p):
      for i in p.elements.indices { m[i] -= weight * p.elements[i] }
    }
  }
}

extension GaussianMixture {
  /// (α²Σ_k + σ²I)^{-1} for each component, or once if all are equal.
  func covarianceInverses(alpha: Double, sigmaSquared: Double) -> [Precision] {
    functions { 1 / (alpha * alpha * $0 + sigmaSquared) }
  }

  /// f(Σ_k) for each component, or once if all are equal.
  func functions(_ f: (Double) -> Double) -> [Precision] {
    switch spectrum.geometry {
    case .isotropic:
      return spectrum.lambda.elements.map { .isotropic(f($0)) }
    case .diagonal:
      guard let frame = spectrum.frame else {
        return (0..<spectrum.lambda.rows).map { .diagonal(spectrum.lambda[row: $0].map(f)) }
      }
      return [.full(conjugated(frame, spectrum.lambda.elements.map(f)))]
    case .full:
      return (0..<componentCount).map {
        .full(conjugated(spectrum.rotations[$0], spectrum.lambda[row: $0].map(f)))
      }
    }
  }
}

/// U diag(values) Uᵀ.
func conjugated(_ u: Matrix<Double>, _ values: [Double]) -> Matrix<Double> {
  var scaled = u
  for i in 0..<u.rows {
    for j in 0..<u.columns { scaled[i, j] *= values[j] }
  }
  return Gemm.product(scaled, transposed: u)
}
