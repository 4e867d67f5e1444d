import Arrays
import Mixtures
public import ProbabilityFlow
import RealModule

/// Worst-case stability of the flow of a mixture whose components share one covariance:
/// certificates for all x, from the geometry of the means alone.
///
/// In the eigenbasis of Σ, with c_a(t) = α²λ_a + σ², the velocity's Jacobian is
///
///     ∇v = diag(½ (log c_a)') − ½ g² C^{-1} Cov_γ(m) C^{-1},
///
/// and 0 ⪯ C^{-1}Cov_γ(m)C^{-1} ⪯ ¼α² max_ij ‖C^{-1}(μ_i − μ_j)‖² I (Popoviciu: along any unit
/// vector the projected means lie in an interval of that length). For Σ = σ_0² I this is the bound of
/// arXiv:2606.03820, L = |c| + g²α²D²/(8 s⁴).
///
/// State variables: the process's own x ("native"). ∫L changes when the state is rescaled.
public struct StabilityBound: Sendable {
  /// The flow that is bounded.
  public let flow: ProbabilityFlow
  /// The largest distance D between two means.
  public let diameter: Double
  /// The variance σ_0² if the shared covariance is isotropic.
  public let isotropicVariance: Double?

  private let eigenvalues: [Double]
  /// (μ_i − μ_j)² by coordinates of the eigenbasis, one row per pair.
  private let squaredDifferences: [[Double]]
  private let quadrature: RunningIntegral?
  /// Where log s² turns; isotropic covariance only.
  private let turningPoints: [Double]

  /// The bounds of a flow.
  ///
  /// - Throws: `StabilityError.unequalCovariances` if the components do not share one covariance.
  public init(_ flow: ProbabilityFlow) throws(StabilityError) {
    let spectrum = flow.mixture.spectrum
    guard spectrum.isShared else { throw .unequalCovariances }
    self.flow = flow
    diameter = flow.mixture.diameter
    isotropicVariance = flow.mixture.sharedIsotropicVariance
    eigenvalues = spectrum.lambda.elements
    if isotropicVariance != nil {
      squaredDifferences = [[diameter * diameter]]
      quadrature = nil
      turningPoints = turns(of: flow.process, variance: eigenvalues[0])
    } else {
      squaredDifferences = nonDominated(spectrum.means.pairwiseSquaredDifferences)
      turningPoints = []
      let (eigenvalues, differences) = (eigenvalues, squaredDifferences)
      quadrature = RunningIntegral(over: flow.process.horizon) { t in
        Rates(flow.process, eigenvalues, differences, t).twoSided
      }
    }
  }

  private func rates(_ t: Double) -> Rates {
    Rates(flow.process, eigenvalues, squaredDifferences, t)
  }

  /// L(t) ≥ sup_x ‖∇v(x, t)‖, the two-sided bound: max_a |½ (log c_a)'| + ½g²·¼α² max_ij ‖C^{-1}(μ_i−μ_j)‖².
  public func twoSided(_ t: Double) -> Double { rates(t).twoSided }

  /// ℓ(t) ≥ sup_x λ_max(−∇v(x, t)): the fastest rate at which neighbouring trajectories may part
  /// when sampling, that is with t decreasing.
  ///
  /// Negative where the flow is sure to contract.
  public func oneSided(_ t: Double) -> Double { rates(t).oneSided }

  /// A(t) = ∫_0^t L, in closed form for an isotropic covariance: with w = α²/s²,
  /// A = ½ TV_{[0,t]}(log s²) + (D²/8)(w(0) − w(t)), since g²α²/s⁴ = −w' for every process.
  ///
  /// The total variation is |log(s_t²/σ_0²)| where log s² is monotone, and is taken between turning
  /// points where it is not, as for rectified flow.
  public func cumulative(_ t: Double) -> Double {
    if let quadrature { return quadrature(t) }
    let edges = [0] + turningPoints.filter { $0 < t } + [t]
    let variation = zip(edges, edges.dropFirst()).reduce(0) {
      $0 + abs(logScaleRatio($1.1) - logScaleRatio($1.0))
    }
    return 0.5 * variation + separation(0, t)
  }

  /// A(t) by numerical integration of L: an independent check of the closed form.
  public func cumulativeByQuadrature() -> RunningIntegral {
    if let quadrature { return quadrature }
    let bound = self
    return RunningIntegral(over: flow.process.horizon) { bound.twoSided($0) }
  }

  /// A bound on log Lip(Φ_{s←t}) for the flow map from time t to time s: the one-sided bound
  /// going down (s < t), and going up the noise the same without the mixture's term.
  ///
  /// Isotropic: log(s_s/s_t) + (D²/8)(w(s) − w(t)) for s < t, attained for two modes at their
  /// midpoint; log(s_s/s_t) for s > t.
  public func logAmplification(from t: Double, to s: Double) -> Double {
    if isotropicVariance != nil {
      let stretch = 0.5 * (logScaleRatio(s) - logScaleRatio(t))
      return s < t ? stretch + separation(s, t) : stretch
    }
    let process = flow.process
    let (eigenvalues, differences) = (eigenvalues, squaredDifferences)
    let sign = s < t ? 1.0 : -1.0
    return integrate(min(s, t), max(s, t)) { time in
      let rates = Rates(process, eigenvalues, differences, time)
      return sign > 0 ? rates.oneSided : rates.largestStretch
    }
  }

  /// log(s_t²/σ_0²), through expm1-safe differences: s_t² − σ_0² = σ² − (1 − α²)σ_0².
  private func logScaleRatio(_ t: Double) -> Double {
    let variance = isotropicVariance ?? eigenvalues[0]
    let alpha = flow.process.alpha(t)
    let change = flow.process.sigmaSquared(t) - (1 - alpha) * (1 + alpha) * variance
    return .log(onePlus: change / variance)
  }

  /// (D²/8)(w(s) − w(t)).
  private func separation(_ s: Double, _ t: Double) -> Double {
    diameter * diameter / 8 * (signalRatio(s) - signalRatio(t))
  }

  /// w = α²/s².
  private func signalRatio(_ t: Double) -> Double {
    let alpha = flow.process.alpha(t)
    let variance = isotropicVariance ?? eigenvalues[0]
    return alpha * alpha / (alpha * alpha * variance + flow.process.sigmaSquared(t))
  }

  private func integrate(_ a: Double, _ b: Double, _ rate: (Double) -> Double) -> Double {
    // Signed rates: fixed panels, geometric towards the noise-free end.
    let panels = 64
    return (0..<panels).reduce(0) { sum, i in
      func edge(_ j: Int) -> Double {
        let u = Double(j) / Double(panels)
        return a + (b - a) * u * u * u
      }
      return sum + gauss(rate, edge(i), edge(i + 1))
    }
  }
}

/// The ingredients of the bounds at one time.
private struct Rates {
  /// max_a |½ (log c_a)'|.
  let steepest: Double
  /// The largest and smallest ½ (log c_a)'.
  let largestStretch: Double
  let smallestStretch: Double
  /// ½g² · ¼α² max_ij ‖C^{-1}(μ_i − μ_j)‖².
  let pull: Double

  init(
    _ process: any ForwardProcess, _ eigenvalues: [Double], _ differences: [[Double]], _ t: Double
  ) {
    let alpha = process.alpha(t)
    let (a2, sigma2) = (alpha * alpha, process.sigmaSquared(t))
    // αα' and ½(σ²)' instead of f and g², which diverge where α = 0.
    let (slope, growth) = (
      alpha * process.alphaDerivative(t), 0.5 * process.sigmaSquaredDerivative(t)
    )
    let variances = eigenvalues.map { a2 * $0 + sigma2 }
    let stretches = zip(eigenvalues, variances).map { (slope * $0 + growth) / $1 }
    largestStretch = stretches.reduce(-.infinity, max)
    smallestStretch = stretches.reduce(.infinity, min)
    steepest = max(abs(largestStretch), abs(smallestStretch))
    let weights = variances.map { 1 / ($0 * $0) }
    let largest = differences.reduce(0.0) { top, row in
      var sum = 0.0
      for a in row.indices { sum += row[a] * weights[a] }
      return max(top, sum)
    }
    // ½g²α² = ½α²(σ²)' − αα'σ².
    pull = (growth * a2 - slope * sigma2) * largest / 4
  }

  var twoSided: Double { steepest + pull }
  var oneSided: Double { pull - smallestStretch }
}

/// The times at which s² = α²λ + σ² turns from falling to rising or back, ascending.
///
/// Every catalogued process has at most one: s² is quadratic in t for rectified flow, and monotone
/// in α² or t for the others. The scan finds turns that are at least T/512 apart.
private func turns(of process: any ForwardProcess, variance: Double) -> [Double] {
  func slope(_ t: Double) -> Double {
    process.alpha(t) * process.alphaDerivative(t) * variance
      + 0.5 * process.sigmaSquaredDerivative(t)
  }
  var turns: [Double] = []
  var last = 0.0
  for i in 0...512 {
    let t = process.horizon * Double(i) / 512
    // A slope of exactly 0 belongs to the turn between its neighbours.
    guard slope(t) != 0 else { continue }
    if slope(last) * slope(t) < 0 {
      var (low, high) = (last, t)
      while true {
        let middle = 0.5 * (low + high)
        if middle <= low || middle >= high { break }
        if slope(middle) * slope(t) > 0 { high = middle } else { low = middle }
      }
      turns.append(high)
    }
    last = t
  }
  return turns
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
