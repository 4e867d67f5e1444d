import Arrays
import Mixtures
import RealModule

/// The same bounds at one time for components of unequal covariance, where g_i − g_j depends on x.
struct UnequalConflict {
  private let frames: [PairFrame]
  private let weights: [(Double, Double)]
  private let componentCount: Int

  init(_ mixture: GaussianMixture, alpha: Double, sigmaSquared: Double) {
    let k = mixture.componentCount
    componentCount = k
    let indices = (0..<k).flatMap { i in (0..<i).map { (i, $0) } }
    weights = indices.map { (mixture.weights[$0.0], mixture.weights[$0.1]) }
    // Forces are divided by α; below this the limit α → 0 is reached to rounding.
    let alpha = max(alpha, 1e-8)
    frames = Parallel.map(indices.count) { p in
      PairFrame(mixture, indices[p].0, indices[p].1, alpha: alpha, sigmaSquared: sigmaSquared)
    }
  }

  /// The Chernoff form: Σ_{i<j} min_λ λ^λ(1−λ)^{1−λ} w_i^λ w_j^{1−λ} ∫p_i^λ p_j^{1−λ} E_{N_λ}‖g_i − g_j‖²
  /// bounds E‖Cov_γ(g)‖, since uv/(u + v) ≤ λ^λ(1−λ)^{1−λ} u^λ v^{1−λ}.
  var mean: Double {
    zip(frames, weights).reduce(0) { sum, pair in
      let (frame, (v, w)) = pair
      let least = [0.2, 0.35, 0.5, 0.65, 0.8].reduce(Double.infinity) { least, exponent in
        let mirrored = 1 - exponent
        let scale =
          exponent * .log(exponent * v) + mirrored * .log(mirrored * w)
          + frame.logAffinity(exponent)
        return min(least, .exp(scale) * frame.squaredForce(exponent))
      }
      return sum + least
    }
  }

  /// min_θ (1/θ) log[(1/δ) Σ_{i<j} (w_i E_i + w_j E_j) e^{θ‖g_i − g_j‖²/4}] ≥ E[‖Cov_γ(g)‖ | A] for
  /// P(A) ≥ δ, by Jensen's inequality and ‖Cov_γ(g)‖ ≤ ¼ Σ_{i<j} π_ij ‖g_i − g_j‖², Σπ = 1.
  ///
  /// It takes over where every pair is in doubt; infinite where it cannot be below `limit`.
  func exponential(_ probability: Double, below limit: Double) -> Double {
    // Jensen's inequality once more: never below a quarter of the mean square force.
    let floor = zip(frames, weights).reduce(0) { sum, pair in
      sum + pair.1.0 * pair.0.squaredForce(1) + pair.1.1 * pair.0.squaredForce(0)
    }
    guard floor / Double(4 * (componentCount - 1)) < limit else { return .infinity }
    let scale = frames.reduce(0) { max($0, $1.typicalSquaredForce) }
    guard scale > 0 else { return 0 }
    var least = Double.infinity
    for step in -4...24 {
      let theta = Double.exp(0.5 * Double(step) * .log(2)) / scale
      var terms: [Double] = []
      for (frame, (v, w)) in zip(frames, weights) {
        terms.append(.log(v) + frame.logMoment(theta / 4, underFirst: true))
        terms.append(.log(w) + frame.logMoment(theta / 4, underFirst: false))
      }
      let top = terms.reduce(-.infinity, max)
      guard top.isFinite else { break }
      let sum = terms.reduce(0) { $0 + .exp($1 - top) }
      let bound = (top + .log(sum) - .log(probability)) / theta
      // Quasi-convex in θ: a convex function that is positive at 0, over θ.
      guard bound < least else { break }
      least = bound
    }
    return least
  }
}
