import Arrays
import Mixtures
import ProbabilityFlow
import RealModule

/// Bounds on E[½g²‖Cov_γ(g)‖ | A] for every event A of probability at least δ: how fast, on average,
/// posterior doubt between modes can drive trajectories apart.
///
/// δ = 1 is the plain mean.
/// In units of α² so that it is regular where α = 0: ½g²‖Cov_γ(g)‖ = ½G ‖Cov_γ(g/α)‖ with
/// G = g²α² = α²(σ²)' − 2αα'σ².
struct ModeConflict: Sendable {
  private let flow: ProbabilityFlow
  private let pairs: WeightedPairs?
  /// The eigenvalues of Cov_w(μ) for isotropic components of one variance.
  private let spread: [Double]?

  init(_ flow: ProbabilityFlow) {
    self.flow = flow
    pairs = flow.mixture.spectrum.isShared ? WeightedPairs(flow.mixture) : nil
    spread =
      flow.mixture.sharedIsotropicVariance == nil
      ? nil : SecondMoments.spreadOfMeans(flow.mixture)
  }

  /// The integral of the rate over [0, t] as a function of t.
  func integral(probability: Double) -> RunningIntegral {
    let conflict = self
    // Every pair of unequal covariances has kinks in time, where its best exponent changes. To resolve
    // them costs a thousand evaluations of every pair: the disagreement is added to the bound instead.
    let tolerance = pairs == nil ? 1e-5 : 1e-7
    return RunningIntegral(over: flow.process.horizon, tolerance: tolerance) {
      conflict.rate($0, probability: probability)
    }
  }

  /// Whether the integrals take at most a few seconds.
  var isCheap: Bool {
    let (k, d) = (Double(flow.mixture.componentCount), Double(flow.mixture.dimension))
    let decomposition = flow.mixture.spectrum.geometry == .full ? d * d * d / 60 : 0
    return pairs != nil || k * (k - 1) / 2 * (d + decomposition) < 15_000
  }

  /// The bound at time t, per unit of time.
  func rate(_ t: Double, probability: Double) -> Double {
    guard flow.mixture.componentCount > 1 else { return 0 }
    let (alpha, sigmaSquared) = (flow.process.alpha(t), flow.process.sigmaSquared(t))
    let half = 0.5 * drive(t)
    guard let pairs else {
      let conflict = UnequalConflict(flow.mixture, alpha: alpha, sigmaSquared: sigmaSquared)
      let mean = conflict.mean / probability
      return half * min(mean, conflict.exponential(probability, below: mean))
    }
    let overlaps = pairs.overlaps(alpha: alpha, sigmaSquared: sigmaSquared)
    return half * min(overlaps.least(probability), linear(alpha, sigmaSquared) / probability)
  }

  /// The bound on the plain mean that theory.md gives: the least of the sum over pairs, the linear
  /// estimate and the diameter.
  func plainRate(_ t: Double) -> Double {
    guard flow.mixture.componentCount > 1 else { return 0 }
    let (alpha, sigmaSquared) = (flow.process.alpha(t), flow.process.sigmaSquared(t))
    guard let pairs else {
      let conflict = UnequalConflict(flow.mixture, alpha: alpha, sigmaSquared: sigmaSquared)
      return 0.5 * drive(t) * conflict.mean
    }
    let overlaps = pairs.overlaps(alpha: alpha, sigmaSquared: sigmaSquared)
    return 0.5 * drive(t)
      * min(overlaps.sum, overlaps.diameterBound, linear(alpha, sigmaSquared))
  }

  /// G = g²α².
  private func drive(_ t: Double) -> Double {
    let process = flow.process
    let alpha = process.alpha(t)
    return max(
      0,
      alpha * alpha * process.sigmaSquaredDerivative(t)
        - 2 * alpha * process.alphaDerivative(t) * process.sigmaSquared(t))
  }

  /// E tr Cov_γ(μ)/s⁴ is at most the error of the best linear estimate of μ_k from x,
  /// Σ_a λ_a/(1 + wλ_a), λ the eigenvalues of Cov_w(μ); isotropic components only.
  private func linear(_ alpha: Double, _ sigmaSquared: Double) -> Double {
    guard let spread, let variance = flow.mixture.sharedIsotropicVariance else { return .infinity }
    let square = alpha * alpha * variance + sigmaSquared
    let ratio = alpha * alpha / square
    return spread.reduce(0) { $0 + $1 / (1 + ratio * $1) } / (square * square)
  }
}

/// The pairs of a mixture whose components share one covariance.
private struct WeightedPairs: Sendable {
  /// The weights of the two components.
  private var weights: [(Double, Double)] = []
  /// (μ_i − μ_j)² along the eigenvectors, or ‖μ_i − μ_j‖² if isotropic, pair after pair.
  private var squares: [Double] = []
  private let eigenvalues: [Double]

  init(_ mixture: GaussianMixture) {
    let spectrum = mixture.spectrum
    eigenvalues = spectrum.lambda.elements
    var rows: [(weights: (Double, Double), squares: [Double])] = []
    for i in 0..<mixture.componentCount {
      for j in 0..<i {
        let row = zip(spectrum.means[row: i], spectrum.means[row: j]).map { ($0 - $1) * ($0 - $1) }
        rows.append(
          (
            (mixture.weights[i], mixture.weights[j]),
            eigenvalues.count == 1 ? [row.reduce(0, +)] : row
          ))
      }
    }
    // Isotropic: the order of the distances is the same at all times.
    if eigenvalues.count == 1 { rows.sort { $0.squares[0] > $1.squares[0] } }
    weights = rows.map(\.weights)
    squares = rows.flatMap(\.squares)
  }

  func overlaps(alpha: Double, sigmaSquared: Double) -> PairOverlaps {
    let width = eigenvalues.count
    let inverse = eigenvalues.map { 1 / (alpha * alpha * $0 + sigmaSquared) }
    var result: [PairOverlaps.Pair] = []
    result.reserveCapacity(weights.count)
    for p in weights.indices {
      var (force, separation) = (0.0, 0.0)
      for a in 0..<width {
        let part = squares[p * width + a] * inverse[a]
        separation += part
        force += part * inverse[a]
      }
      result.append(
        PairOverlaps.Pair(
          force: force.squareRoot(),
          overlap: overlap(weights[p].0, weights[p].1, alpha * separation.squareRoot())))
    }
    if width > 1 { result.sort { $0.force > $1.force } }
    return PairOverlaps(pairs: result)
  }
}

/// ∫ min(v p, w q) for two Gaussians of one covariance at Mahalanobis distance δ.
///
/// v h with h = Φ((ln ρ − δ²/2)/δ) + ρΦ(−(ln ρ + δ²/2)/δ), ρ = w/v: a sum of two positive terms without
/// ρ itself, so that it is right for any ratio of the weights.
func overlap(_ v: Double, _ w: Double, _ delta: Double) -> Double {
  let ratio = Double.log(w / v)
  guard delta > 0 else { return min(v, w) }
  let scale = 1 / (delta * Double(2).squareRoot())
  let first = 0.5 * v * .erfc((0.5 * delta * delta - ratio) * scale)
  let second = 0.5 * w * .erfc((0.5 * delta * delta + ratio) * scale)
  return min(v, w, first + second)
}
