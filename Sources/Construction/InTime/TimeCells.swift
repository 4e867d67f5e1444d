import Arrays
import Mixtures
import RealModule

/// Bounds over short intervals of time of everything that error bounds of a score in time need.
///
/// Shared isotropic covariance, Ornstein–Uhlenbeck process: α and w = α²/s² fall with t, and
/// s² = σ∞² + (σ_0² − σ∞²) α² is monotone, so that a cell's ends bound them inside.
struct TimeCells: Sendable {
  /// One interval of time.
  struct Cell: Sendable {
    let alphaLow: Double
    let alphaHigh: Double
    let varianceLow: Double
    let varianceHigh: Double
    /// Lower bounds of ‖s‖_{L^p(p_t)}, p = 1, 2, 4.
    let scoreNorms: [Double]
    /// (E‖x − m_k‖⁴)^{1/4}/s² ≥ ‖s‖_{L^p(p_t)} for p ≤ 4.
    let scoreNormAbove: Double
    /// A bound of (E‖x‖⁴)^{1/4}.
    let reach: Double
    /// Σ_{i<j} D_ij (4^{1−p} E γ_i γ_j)^{1/p}: what a range 1 of logit errors makes of m̄/α.
    let overlaps: [Double]
    /// Σ_{i<j} D_ij (2/e + ½|log w_i/w_j|) (E √(γ_i γ_j)^p)^{1/p}, and the same without the bracket.
    let temperings: [(weighted: Double, plain: Double)]
  }

  let cells: [Cell]
  /// The powers p.
  static let powers: [Double] = [1, 2, 4]
  private static let slack = 1 + 1e-9

  /// Cells of [start, T], about even in t and in log s².
  init(_ mixture: GaussianMixture, _ process: OrnsteinUhlenbeck, from start: Double) {
    let times = TimeCells.times(mixture, process, from: start)
    let marginals = times.map { Marginal(mixture, process, at: $0) }
    let variance = mixture.spectrum.lambda.elements[0]
    let d = Double(mixture.dimension)
    let farthest = (0..<mixture.componentCount).reduce(0) {
      max($0, Norms.length(mixture.means[row: $1]))
    }
    let centre = mixture.mean.reduce(0) { $0 + $1 * $1 }
    // The trace of the means' covariance.
    let spread = max(0, mixture.secondMoment - d * variance - centre) * TimeCells.slack
    let distances = TimeCells.pairs(mixture)
    cells = zip(marginals, marginals.dropFirst()).map { early, late in
      let variances = [early, late].map { $0.alpha * $0.alpha * variance + $0.sigmaSquared }
      let low = variances.reduce(.infinity, min) / TimeCells.slack
      let high = variances.reduce(0, max) * TimeCells.slack
      let (alphaLow, alphaHigh) = (late.alpha / TimeCells.slack, early.alpha * TimeCells.slack)
      let (w, steepness) = (late.alpha * late.alpha / variances[1], alphaHigh / low)
      var (overlaps, temperings) = ([0.0, 0, 0], [(weighted: 0.0, plain: 0.0)])
      temperings += [(0, 0), (0, 0)]
      var missing = 0.0
      for pair in distances {
        let square = pair.distance * pair.distance
        let overlap = 0.5 * pair.weight * .exp(-w * square / 8 * (1 - 1e-9))
        missing += overlap * steepness * steepness * square
        for (n, p) in TimeCells.powers.enumerated() {
          overlaps[n] += pair.distance * .pow(.pow(4, 1 - p) * overlap, 1 / p)
          let half = pair.distance * .pow(.pow(2, 2 - p) * overlap, 1 / p)
          temperings[n].weighted += half * (2 / .exp(1) + 0.5 * pair.logRatio)
          temperings[n].plain += half
        }
      }
      let meanSquare = max(
        d / high - missing, d * d / (alphaHigh * alphaHigh * spread + d * high))
      let norm = meanSquare.squareRoot() / TimeCells.slack
      let fourth = (d * (d + 2)).squareRoot().squareRoot()
      // Hölder: ‖s‖₂³ ≤ ‖s‖₁ ‖s‖₄², and ‖s‖₄⁴ ≤ E‖x − m_k‖⁴/s⁸ = d (d + 2)/s⁴ (Jensen).
      let first = norm * norm * norm * low / (fourth * fourth) / TimeCells.slack
      return Cell(
        alphaLow: alphaLow, alphaHigh: alphaHigh, varianceLow: low, varianceHigh: high,
        scoreNorms: [min(first, norm), norm, norm],
        scoreNormAbove: fourth / low.squareRoot() * TimeCells.slack,
        reach: (alphaHigh * farthest + fourth * high.squareRoot()) * TimeCells.slack,
        overlaps: overlaps.map { $0 * TimeCells.slack },
        temperings: temperings.map { ($0.weighted * TimeCells.slack, $0.plain * TimeCells.slack) })
    }
  }

  private static func pairs(
    _ mixture: GaussianMixture
  ) -> [(distance: Double, weight: Double, logRatio: Double)] {
    let (means, weights) = (mixture.means, mixture.weights)
    return (0..<mixture.componentCount).flatMap { i in
      (0..<i).map { j in
        (
          Norms.length(Norms.difference(means[row: i], means[row: j])),
          (weights[i] * weights[j]).squareRoot(), abs(.log(weights[i] / weights[j]))
        )
      }
    }
  }

  private static func times(
    _ mixture: GaussianMixture, _ process: OrnsteinUhlenbeck, from start: Double
  ) -> [Double] {
    let (end, count) = (process.horizon, 300)
    var times = (0...count).map { start + (end - start) * Double($0) / Double(count) }
    let limit = process.sigmaInfinity * process.sigmaInfinity
    let difference = mixture.spectrum.lambda.elements[0] - limit
    func variance(_ t: Double) -> Double { limit + difference * .exp(-2 * process.beta * t) }
    let (first, last) = (variance(start), variance(end))
    if difference != 0, first > 0, first != last {
      times += (1..<count).map { n in
        let goal = first * .pow(last / first, Double(n) / Double(count))
        return -.log((goal - limit) / difference) / (2 * process.beta)
      }.filter { $0 > start && $0 < end }
    }
    return Set(times).sorted()
  }
}
