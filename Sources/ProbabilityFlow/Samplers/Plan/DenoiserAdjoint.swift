import Arrays
import Mixtures
import RealModule

/// The derivatives of D(u, θ) = E[X_0|u] at one level, applied to cotangents: (∂D/∂u)ᵀ w and ⟨w, ∂D/∂θ⟩.
///
/// With α = cos θ, σ = sin θ, C_k = α²Σ_k + σ²I, z_k = u − αμ_k, p_k = C_k^{-1} z_k and
/// e_k = μ_k + αΣ_k p_k, D = Σ_k γ_k e_k and (derived)
///
///     (∂D/∂u) w = Σ_k γ_k αΣ_k C_k^{-1} w − Σ_k γ_k ⟨e_k − D, w⟩ p_k,
///     ∂D/∂θ = Σ_k γ_k [e_k' + (e_k − D) ℓ_k'],   C_k' = 2ασ(I − Σ_k),   z_k' = σμ_k,
///     ℓ_k' = −σ⟨p_k, μ_k⟩ + ½⟨p_k, C_k' p_k⟩ − ½ tr C_k^{-1}C_k',
///     e_k' = −σΣ_k p_k + αΣ_k C_k^{-1}(σμ_k − C_k' p_k).
///
/// ∂D/∂u is symmetric: it is (I + σ²∇²log p)/α. Everything is diagonal in the eigenvectors of Σ_k.
struct DenoiserAdjoint: Sendable {
  private let spectrum: MixtureSpectrum
  private let tables: AdjointKernels.Tables

  /// The derivatives at a level above 0.
  init(_ mixture: GaussianMixture, at level: NoiseLevel<Double>) {
    spectrum = mixture.spectrum
    tables = AdjointKernels.Tables(
      means: mixture.spectrum.componentMeans, variances: mixture.spectrum.lambda,
      logWeights: mixture.weights.map { .log($0) }, alpha: level.cosine, sigma: level.sine)
  }

  /// out += (∂D/∂u)ᵀ w, row by row, and the sum of ⟨w, ∂D/∂θ⟩ over the rows.
  func pull(_ w: [Double], at u: [Double], rows n: Int, into out: inout [Double]) -> Double {
    let (k, full) = (spectrum.means.rows, spectrum.geometry == .full)
    var moments = AdjointKernels.Moments(rows: n, components: k)
    for j in 0..<k {
      AdjointKernels.moments(
        tables, component: j, full ? rotated(u, j, n) : u, full ? rotated(w, j, n) : w,
        into: &moments)
    }
    let angle = moments.weigh()
    for j in 0..<k {
      guard full else {
        AdjointKernels.products(tables, component: j, u, w, moments, into: &out)
        continue
      }
      var part = [Double](repeating: 0, count: out.count)
      AdjointKernels.products(
        tables, component: j, rotated(u, j, n), rotated(w, j, n), moments, into: &part)
      let inverse = spectrum.inverseRotations[j].elements
      var span = out.mutableSpan
      RowProducts.multiply(
        m: n, n: spectrum.means.columns, k: spectrum.means.columns, part.span,
        inverse.span, into: &span, adding: true)
    }
    return angle
  }

  /// Rows in the eigenvectors of component j.
  private func rotated(_ x: [Double], _ j: Int, _ n: Int) -> [Double] {
    let (d, rotation) = (spectrum.means.columns, spectrum.rotations[j].elements)
    var result = [Double](repeating: 0, count: x.count)
    var span = result.mutableSpan
    RowProducts.multiply(
      m: n, n: d, k: d, x.span, rotation.span, into: &span)
    return result
  }
}

extension MixtureSpectrum {
  /// The means, each in the eigenvectors of its own covariance.
  fileprivate var componentMeans: Matrix<Double> {
    guard geometry == .full else { return means }
    var result = means
    for j in 0..<means.rows {
      result[row: j] = RowProducts.product(means.rowBlock(j..<j + 1), rotations[j]).elements[...]
    }
    return result
  }
}
