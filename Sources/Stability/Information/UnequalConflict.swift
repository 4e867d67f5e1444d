import Arrays
import Mixtures
import RealModule

/// The same bounds at one time for components of unequal covariance, where g_i − g_j depends on x.
struct UnequalConflict {
  private let pairs: [Pair]
  private let componentCount: Int

  private struct Pair {
    let frame: PairFrame
    /// The weights' logarithms.
    let logWeights: (Double, Double)
    /// Its part of `mean`.
    let mean: Double
    /// w_i E_i‖g_i − g_j‖² + w_j E_j‖g_i − g_j‖².
    let force: Double
    let typical: Double

    init(_ frame: PairFrame, _ v: Double, _ w: Double) {
      self.frame = frame
      logWeights = (.log(v), .log(w))
      let ends = (frame.squaredForce(1), frame.squaredForce(0))
      force = v * ends.0 + w * ends.1
      // The size of the force up to a factor: a unit for exponents.
      typical = max(ends.0, ends.1)
      var least = Double.infinity
      for exponent in [0.2, 0.35, 0.5, 0.65, 0.8] {
        let mirrored = 1 - exponent
        let scale =
          exponent * .log(exponent * v) + mirrored * .log(mirrored * w)
          + frame.logAffinity(exponent)
        least = min(least, .exp(scale) * frame.squaredForce(exponent))
      }
      mean = least
    }
  }

  init(_ mixture: GaussianMixture, alpha: Double, sigmaSquared: Double) {
    let k = mixture.componentCount
    componentCount = k
    let indices = (0..<k).flatMap { i in (0..<i).map { (i, $0) } }
    // Forces are divided by α; below this the limit α → 0 is reached to rounding.
    let alpha = max(alpha, 1e-8)
    let blocks = Parallel.blocks(
      of: indices.count, grain: max(1, 64 / max(1, mixture.dimension)))
    pairs = Parallel.map(blocks.count) { b in
      blocks[b].map { p in
        let (i, j) = indices[p]
        return Pair(
          PairFrame(mixture, i, j, alpha: alpha, sigmaSquared: sigmaSquared),
          mixture.weights[i], mixture.weights[j])
      }
    }.flatMap { $0 }
  }

  /// The Chernoff form: Σ_{i<j} min_λ λ^λ(1−λ)^{1−λ} w_i^λ w_j^{1−λ} ∫p_i^λ p_j^{1−λ} E_{N_λ}‖g_i − g_j‖²
  /// bounds E‖Cov_γ(g)‖, since uv/(u + v) ≤ λ^λ(1−λ)^{1−λ} u^λ v^{1−λ}.
  var mean: Double { pairs.reduce(0) { $0 + $1.mean } }

  /// min_θ (1/θ) log[(1/δ) Σ_{i<j} (w_i E_i + w_j E_j) e^{θ‖g_i − g_j‖²/4}] ≥ E[‖Cov_γ(g)‖ | A] for
  /// P(A) ≥ δ, by Jensen's inequality and ‖Cov_γ(g)‖ ≤ ¼ Σ_{i<j} π_ij ‖g_i − g_j‖², Σπ = 1.
  ///
  /// It takes over where every pair is in doubt; infinite where it cannot be below `limit`.
  func exponential(_ probability: Double, below limit: Double) -> Double {
    // Jensen's inequality once more: never below a quarter of the mean square force.
    let floor = pairs.reduce(0) { $0 + $1.force }
    guard floor / Double(4 * (componentCount - 1)) < limit else { return .infinity }
    let scale = pairs.reduce(0) { max($0, $1.typical) }
    guard scale > 0 else { return 0 }
    // Quasi-convex in θ: a convex function that is positive at 0, over θ. Octaves, then half an octave to
    // either side of the best.
    func bound(_ step: Double) -> Double {
      let theta = Double.exp(step * .log(2)) / scale
      return (logSum(theta) - .log(probability)) / theta
    }
    var (best, least) = (-2.0, bound(-2))
    for step in -1...12 {
      let next = bound(Double(step))
      guard next < least else { break }
      (best, least) = (Double(step), next)
    }
    return min(least, bound(best - 0.5), bound(best + 0.5))
  }

  /// log Σ_{i<j} (w_i E_i + w_j E_j) e^{θ‖g_i − g_j‖²/4}.
  private func logSum(_ theta: Double) -> Double {
    let blocks = Parallel.blocks(of: pairs.count, grain: 64)
    let terms = Parallel.map(blocks.count) { b in
      var terms: [Double] = []
      terms.reserveCapacity(2 * blocks[b].count)
      for p in blocks[b] {
        let (frame, logs) = (pairs[p].frame, pairs[p].logWeights)
        terms.append(logs.0 + frame.logMoment(theta / 4, underFirst: true))
        terms.append(logs.1 + frame.logMoment(theta / 4, underFirst: false))
      }
      return terms
    }.flatMap { $0 }
    let top = terms.reduce(-.infinity, max)
    guard top.isFinite else { return top }
    return top + .log(terms.reduce(0) { $0 + .exp($1 - top) })
  }
}
