import Arrays

/// The bounds that a fit's covariances keep: Σ_k ⪰ floor·I, that is C_k ⪰ (floor + τ) I.
struct FitBounds: Sendable {
  /// The smallest variance of the clean mixture.
  let floor: Double
  /// The noise variance τ.
  let noise: Double

  /// The smallest variance of the noisy mixture.
  var least: Double { floor + noise }

  /// The bounds for centred data.
  ///
  /// A weighted covariance of the data has no eigenvalue above R², R being the largest distance
  /// from the centre, so its eigenvalues are known to about d·ε·R² only: a smaller floor would be
  /// noise, and is raised to that. Variances along the axes have no such error; there 1e-30 R²
  /// merely keeps quotients finite. Distances within the rounding of the data themselves are none.
  /// - Throws: `cannotFit` if squares overflow, or if nothing bounds the variances from below.
  init(
    _ options: FitOptions, centred x: Matrix<Double>, center: [Double]
  ) throws(MixtureError) {
    var radius = 0.0
    for i in 0..<x.rows { radius = max(radius, x[row: i].reduce(0) { $0 + $1 * $1 }) }
    guard radius < 1e300 else {
      throw .cannotFit(problem: "the data are too large to be squared; scale them down")
    }
    let size = center.reduce(0) { $0 + $1 * $1 }
    let rounding = 4 * Double.ulpOfOne
    if radius <= rounding * rounding * size { radius = 0 }
    let relative =
      switch options.covarianceType {
      case .spherical, .diagonal: 1e-30
      case .tied, .full: 8 * Double(x.columns) * Double.ulpOfOne
      }
    floor = max(options.covarianceFloor, relative * radius)
    noise = options.noiseVariance
    guard floor > 0 else {
      throw .cannotFit(
        problem: "all \(x.rows) samples are equal; a covariance floor above 0 is needed")
    }
  }
}
