import Arrays
import Mixtures
import RealModule

/// The matrices of all components at one time, from which bounds on the Jacobian are put together.
struct ComponentForms: Sendable {
  /// B_k = f + ½g²C_k^{-1}.
  let stretches: [SymmetricForm]
  let moment: FlowMoment
  private let mixture: GaussianMixture
  /// C_k's eigenvalues.
  private let variances: [[Double]]
  /// C_k^{-1}, for full covariances.
  private let precisions: [Matrix<Double>]

  init(_ mixture: GaussianMixture, _ moment: FlowMoment) {
    self.mixture = mixture
    self.moment = moment
    let spectrum = mixture.spectrum
    let eigenvalues = (0..<mixture.componentCount).map { k in
      Array(spectrum.lambda[row: spectrum.isShared ? 0 : k])
    }
    let variances = eigenvalues.map { $0.map(moment.variance) }
    self.variances = variances
    if spectrum.geometry == .full {
      func conjugated(_ k: Int, _ values: [Double]) -> Matrix<Double> {
        var scaled = spectrum.rotations[k]
        for i in 0..<scaled.rows {
          for j in 0..<scaled.columns { scaled[i, j] *= values[j] }
        }
        return Gemm.product(scaled, transposed: spectrum.rotations[k])
      }
      precisions = variances.indices.map { conjugated($0, variances[$0].map { 1 / $0 }) }
      stretches = eigenvalues.indices.map {
        .full(conjugated($0, eigenvalues[$0].map(moment.stretch)))
      }
    } else {
      precisions = []
      stretches = eigenvalues.map { .diagonal($0.map(moment.stretch)) }
    }
  }

  /// The largest value of log γ_j/γ_k over all x, C_j ⪯ C_k:
  /// log(w_j/w_k) + ½ log(det C_k/det C_j) + reach.
  func largestLogRatio(_ j: Int, _ k: Int, reach: Double) -> Double {
    let multiplicity =
      mixture.spectrum.geometry == .isotropic ? Double(mixture.dimension) : 1
    var logs = 0.0
    for (first, second) in zip(variances[j], variances[k]) {
      logs += .log(onePlus: (second - first) / first)
    }
    return .log(mixture.weights[j] / mixture.weights[k]) + 0.5 * multiplicity * logs + reach
  }

  /// (C_j^{-1} − C_k^{-1})/α² = C_j^{-1}(Σ_k − Σ_j)C_k^{-1}: the product does not cancel.
  ///
  /// `gap` is Σ_k − Σ_j, needed for full covariances only.
  func difference(_ j: Int, _ k: Int, gap: Matrix<Double>?) -> SymmetricForm {
    if let gap {
      var product = Gemm.product(Gemm.product(precisions[j], gap), precisions[k])
      for a in 0..<product.rows {
        for b in 0..<a {
          let middle = 0.5 * (product[a, b] + product[b, a])
          (product[a, b], product[b, a]) = (middle, middle)
        }
      }
      return .full(product)
    }
    let lambda = mixture.spectrum.lambda
    return .diagonal(
      variances[j].indices.map { a in
        (lambda[k, a] - lambda[j, a]) / (variances[j][a] * variances[k][a])
      })
  }

  /// C_k^{-1} v.
  func whitened(_ v: [Double], _ k: Int) -> [Double] {
    if !precisions.isEmpty { return RowProducts.product(Matrix([v]), precisions[k]).elements }
    let own = variances[k]
    return v.indices.map { v[$0] / own[own.count == 1 ? 0 : $0] }
  }
}
