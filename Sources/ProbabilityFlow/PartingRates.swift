public import Arrays
import Mixtures

/// How fast neighbouring trajectories part beyond what an affine map does.
///
/// In the variables of EDM, x̂ = x/α and σ̂ = σ/α, the flow is dx̂ = −σ̂s dσ̂. Beside it stands that of the
/// Gaussian with the data's mean and covariance Σ, all of whose maps are affine. The rate at which its
/// trajectories part more, on the clock τ = ½ log(c² + σ̂²) with c² = tr Σ/d, is
///
///     ℓ(x̂) = (c² + σ̂²) λ_max(∇s(x̂) + (Σ + σ̂²I)^{-1})₊.
///
/// It has no unit: neither the process's time nor the scale of the data changes it. For a Gaussian it is
/// 0; half way between two equal modes at ±a in one dimension it is (a/s)⁴, s² = λ + σ̂² (derived).
public struct PartingRates: Sendable {
  /// What is measured: the mixture or, for one isotropic variance, its law in the span of its means, across
  /// which the two flows are the same; nil for a single Gaussian.
  private let mixture: GaussianMixture?
  /// That of the law that is measured.
  private let covariance: SymmetricEigen?
  /// c².
  public let meanVariance: Double

  /// The rates of a flow.
  public init(_ flow: ProbabilityFlow) {
    let whole = flow.mixture
    meanVariance = whole.totalVariance / Double(whole.dimension)
    mixture = MeanSpan(flow).map { $0.flow?.mixture } ?? whole
    covariance = mixture.flatMap { SymmetricEigen($0.totalCovariance) }
  }

  /// The coordinates in which eigenvalues are taken: a draw costs their cube.
  public var dimension: Int { mixture?.dimension ?? 0 }

  /// ℓ at so many draws of X_0 + σ̂Z; equal streams give equal draws of X_0 and Z at all levels.
  public func draws(_ count: Int, level: Double, from stream: RandomStream) -> [Double] {
    guard let mixture, let covariance else { return Array(repeating: 0, count: count) }
    let (square, d) = (level * level, mixture.dimension)
    let marginal = Marginal(mixture, alpha: 1, sigmaSquared: square)
    let x = marginal.sample(count, from: stream)
    let gaussian = covariance.applying { 1 / ($0 + square) }.elements
    let scale = meanVariance + square
    var result: [Double] = []
    // A Jacobian is d² numbers; some 32 MB of them at a time.
    for rows in Parallel.blocks(of: count, grain: max(16, (1 << 22) / (d * d))) {
      let jacobians = marginal.scoreJacobian(x.rowBlock(rows))
      result += Parallel.map(rows.count) { i in
        let excess = zip(jacobians[row: i], gaussian).map { scale * ($0 + $1) }
        let values = SymmetricEigen.values(Matrix(rows: d, columns: d, elements: excess))
        return values.map { max(0, $0[d - 1]) } ?? .nan
      }
    }
    return result
  }
}

extension SymmetricEigen {
  /// U diag(f(values)) Uᵀ.
  fileprivate func applying(_ f: (Double) -> Double) -> Matrix<Double> {
    var scaled = vectorRows
    for (j, value) in values.enumerated() {
      let factor = f(value)
      for a in 0..<scaled.columns { scaled[j, a] *= factor }
    }
    return Gemm.product(transposed: vectorRows, scaled)
  }
}
