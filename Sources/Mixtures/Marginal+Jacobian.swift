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
            addOuterProduct(weight, pull.span, to: &jacobian)
            precisions[min(k, precisions.count - 1)].subtract(weight, from: &jacobian)
          }
        }
      }
    }
    return result
  }
}

/// m ← m + weight v vᵀ, m being d×d row-major.
private func addOuterProduct(
  _ weight: Double, _ v: Span<Double>, to m: inout MutableSpan<Double>
) {
  let d = v.count
  for a in 0..<d {
    let factor = weight * v[a]
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
    let s = alpha * alpha
    func inverses(_ values: some Sequence<Double>) -> [Double] {
      values.map { 1 / (s * $0 + sigmaSquared) }
    }
    switch spectrum.geometry {
    case .isotropic:
      return inverses(spectrum.lambda.elements).map(Precision.isotropic)
    case .diagonal:
      guard let frame = spectrum.frame else {
        return (0..<spectrum.lambda.rows).map { .diagonal(inverses(spectrum.lambda[row: $0])) }
      }
      return [.full(conjugated(frame, inverses(spectrum.lambda.elements)))]
    case .full:
      return (0..<componentCount).map {
        .full(conjugated(spectrum.rotations[$0], inverses(spectrum.lambda[row: $0])))
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
