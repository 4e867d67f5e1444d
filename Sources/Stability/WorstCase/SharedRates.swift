import Arrays
import Mixtures
import RealModule

/// The bounds for components that share one covariance.
///
/// In its eigenbasis −∇v = −B + ½g² C^{-1}Cov_γ(m)C^{-1} with B = diag(½ (log c_a)'). Along a unit vector
/// u the covariance is a mean of two-point variances q(1−q)(u·d_ij)² (the lemma of
/// Documentation/worst-case-certificates.md), d_ij = αC^{-1}(μ_i − μ_j), so that
///
///     sup λ_max(−∇v) ≤ max_ij λ_max(−B + ⅛g² d_ij d_ijᵀ),   sup λ_max(∇v) ≤ λ_max(B).
///
/// The first is attained for two components (where γ = ½), the second approached at infinity.
struct SharedRates: WorstCaseRates {
  let reason: String? = nil
  private let eigenvalues: [Double]
  /// (μ_i − μ_j)² by coordinates of the eigenbasis, one row a pair.
  private let squaredDifferences: [[Double]]

  /// - Precondition: the components share one covariance.
  init(_ mixture: GaussianMixture, diameter: Double) {
    let spectrum = mixture.spectrum
    precondition(spectrum.isShared, "covariances differ")
    eigenvalues = spectrum.lambda.elements
    squaredDifferences =
      eigenvalues.count == 1
      ? [[diameter * diameter]] : nonDominated(spectrum.means.pairwiseSquaredDifferences)
  }

  func ends(_ moment: FlowMoment) -> JacobianEnds {
    let stretches = eigenvalues.map(moment.stretch)
    let weights = eigenvalues.map { eigenvalue in
      let variance = moment.variance(eigenvalue)
      return 0.25 * moment.drive / (variance * variance)
    }
    let contraction = stretches.map { -$0 }
    let parting = squaredDifferences.reduce(contraction.reduce(-.infinity, max)) { floor, row in
      RankOneUpdate.largest(
        contraction, squares: zip(row, weights).map { $0 * $1 }, floor: floor)
    }
    return JacobianEnds(parting: parting, stretch: stretches.reduce(-.infinity, max))
  }

  /// max_a |½ (log c_a)'| + ⅛g² max_ij ‖d_ij‖²; for Σ = σ_0² I the bound of arXiv:2606.03820,
  /// |c| + g²α²D²/(8 s⁴).
  func published(_ moment: FlowMoment) -> Double {
    let steepest = eigenvalues.reduce(0) { max($0, abs(moment.stretch($1))) }
    let weights = eigenvalues.map { eigenvalue in
      let variance = moment.variance(eigenvalue)
      return 1 / (variance * variance)
    }
    let largest = squaredDifferences.reduce(0.0) { top, row in
      var sum = 0.0
      for a in row.indices { sum += row[a] * weights[a] }
      return max(top, sum)
    }
    return steepest + moment.drive * largest / 4
  }
}

extension Matrix<Double> {
  /// (x_i − x_j)² by coordinate for all pairs of rows i < j; one row of zeros for a single row.
  fileprivate var pairwiseSquaredDifferences: [[Double]] {
    var result: [[Double]] = []
    for i in 0..<rows {
      for j in 0..<i {
        result.append(zip(self[row: i], self[row: j]).map { ($0 - $1) * ($0 - $1) })
      }
    }
    return result.isEmpty ? [Array(repeating: 0, count: columns)] : result
  }
}

/// Without the rows that another row exceeds in every entry: they never attain the maximum.
private func nonDominated(_ rows: [[Double]]) -> [[Double]] {
  rows.enumerated().filter { i, row in
    !rows.enumerated().contains { j, other in
      j != i && zip(other, row).allSatisfy { $0 >= $1 } && (other != row || j < i)
    }
  }.map(\.element)
}
