public import Arrays
import Mixtures
import RealModule

/// The extreme eigenvalues of the velocity's Jacobian, sample by sample.
///
/// With x = s y and the Jacobian J ⪰ 0 of the regular flow, ∇v = (log s)' I + ρ' J, symmetric, and
/// ρ' ≤ 0 for every process whose signal-to-noise ratio falls. In the variables z = κx the first term
/// is (log κs)', the second the same. Nothing here diverges where α = 0, unless κ does.
public struct VelocitySpectrum: Sendable {
  /// The flow.
  public let flow: ProbabilityFlow
  /// The variables that the eigenvalues refer to; samples are given in the process's own.
  public let state: StateVariables
  private let regular: RegularState
  /// ‖μ_k − μ_l‖² where all components share one isotropic variance.
  private let squaredDistances: Matrix<Double>?

  /// The eigenvalues of one batch at one time.
  public struct Extremes: Sendable {
    /// (log κs)': what every eigenvalue is where one mode of the smallest variance prevails.
    public let stretch: Double
    /// λ_min(∇v) of each sample.
    public let smallest: [Double]
    /// λ_max(∇v) of each sample.
    public let largest: [Double]

    /// The spectral norms ‖∇v‖.
    public var norms: [Double] { zip(smallest, largest).map { max(abs($0), abs($1)) } }
    /// λ_max(−∇v): the rates at which neighbouring trajectories part when sampling.
    public var samplingRates: [Double] { smallest.map { -$0 } }
  }

  /// The spectrum of a flow in the given state variables.
  public init(_ flow: ProbabilityFlow, state: StateVariables = .native) {
    (self.flow, self.state) = (flow, state)
    regular = RegularState(flow.mixture)
    let mixture = flow.mixture
    // Cov_γ(μ) has rank K − 1 at most: an eigenvalue 0 in higher dimension, and K×K in place of d×d.
    squaredDistances =
      mixture.sharedIsotropicVariance != nil && mixture.componentCount <= mixture.dimension
      ? GaussianKernels.squaredDistances(mixture.means, mixture.means) : nil
  }

  /// The extreme eigenvalues of ∇v(x_i, t) for each row of x.
  public func extremes(_ x: Matrix<Double>, at t: Double) -> Extremes {
    let scale = regular.scale(flow.process, t)
    let (stretch, decay) = rates(t, scale)
    let rho = flow.process.alpha(t) / scale
    let ends = squaredDistances.map { gram(x, at: t, $0, rho) } ?? whole(x, scale, rho)
    return Extremes(
      stretch: stretch, smallest: ends.map { stretch + decay * $0.largest },
      largest: ends.map { stretch + decay * $0.smallest })
  }

  /// (log κs)' and ρ' = (α'σ² − ½α(σ²)')/s³.
  ///
  /// The first is multiplied out so that nothing cancels: ½g²/s² for x/α, and
  /// (1 − λ)·½g²α²/(s²(α² + σ²)) for variance-preserving variables, λ the smallest variance.
  private func rates(_ t: Double, _ scale: Double) -> (stretch: Double, decay: Double) {
    let (process, lambda) = (flow.process, regular.smallest)
    let (alpha, sigma2) = (process.alpha(t), process.sigmaSquared(t))
    let (slope, growth) = (process.alphaDerivative(t), 0.5 * process.sigmaSquaredDerivative(t))
    let square = scale * scale
    let decay = (slope * sigma2 - alpha * growth) / (square * scale)
    let stretch: Double
    switch state {
    case .native:
      let shrink = alpha * slope * lambda
      // Where the two balance, as for σ_0 = σ∞ at all times, only their rounding would be left.
      let balanced = abs(shrink + growth) <= 8 * Double.ulpOfOne * growth
      stretch = balanced ? 0 : (shrink + growth) / square
    case .edm:
      stretch = alpha == 0 ? .infinity : -decay * scale / alpha
    case .vp:
      stretch = (lambda - 1) * alpha * decay * scale / (alpha * alpha + sigma2)
    }
    return (stretch, decay)
  }

  /// Of J = ρ Cov_γ(μ) for one isotropic variance and K ≤ d.
  private func gram(
    _ x: Matrix<Double>, at t: Double, _ distances: Matrix<Double>, _ rho: Double
  ) -> [(smallest: Double, largest: Double)] {
    let gamma = flow.marginal(at: t).responsibilities(x)
    let blocks = Parallel.blocks(of: x.rows, grain: 64)
    return Parallel.map(blocks.count) { b in
      blocks[b].map {
        (smallest: 0, largest: rho * largestVariance(gamma[row: $0], distances))
      }
    }.flatMap { $0 }
  }

  /// Of J as a d×d matrix.
  private func whole(
    _ x: Matrix<Double>, _ scale: Double, _ rho: Double
  ) -> [(smallest: Double, largest: Double)] {
    let d = flow.mixture.dimension
    let states = regular.spectrum.enteringFrame(x)
    let identity = Matrix<Double>.identity(d).elements
    let blocks = Parallel.blocks(of: x.rows, grain: 16)
    return Parallel.map(blocks.count) { b in
      var field = TangentField(regular, count: d, sign: 1)
      var rows: [Double] = []
      for i in blocks[b] { rows += states[row: i].map { $0 / scale } + identity }
      var out = rows
      var span = out.mutableSpan
      field.evaluate(
        times: Array(repeating: rho, count: blocks[b].count), rows.span, into: &span)
      return blocks[b].indices.map { i in
        let first = (i - blocks[b].lowerBound) * (d + 1) * d + d
        let matrix = Matrix(rows: d, columns: d, elements: Array(out[first..<first + d * d]))
        let values = SymmetricEigen.values(matrix)
        return (smallest: values?.first ?? .nan, largest: values?.last ?? .nan)
      }
    }.flatMap { $0 }
  }
}

/// The largest eigenvalue of Cov_γ(μ), from the weights and the squared distances of the points.
///
/// The nonzero eigenvalues are those of the Gram matrix √γ_k √γ_l (μ_k − μ̄)·(μ_l − μ̄). Points whose
/// weight is negligible beside the second largest do not change it and are left out: where the flow
/// has chosen a mode the variance is tiny, and what there is comes from two or three of them.
private func largestVariance(_ gamma: ArraySlice<Double>, _ distances: Matrix<Double>) -> Double {
  guard gamma.count > 1 else { return 0 }
  var (first, second) = (0.0, 0.0)
  for g in gamma {
    if g > first { (first, second) = (g, first) } else if g > second { second = g }
  }
  guard second > 0 else { return first.isNaN ? .nan : 0 }
  let active = gamma.indices.filter { gamma[$0] >= 1e-18 * second }
  let weights = active.map { gamma[$0] }
  let points = active.map { $0 - gamma.startIndex }
  let n = points.count
  if n == 2 { return weights[0] * weights[1] * distances[points[0], points[1]] }
  let row = (0..<n).map { i in
    (0..<n).reduce(0) { $0 + weights[$1] * distances[points[i], points[$1]] }
  }
  let half = 0.5 * zip(weights, row).reduce(0) { $0 + $1.0 * $1.1 }
  let roots = weights.map { $0.squareRoot() }
  var gram = Matrix<Double>(rows: n, columns: n)
  for i in 0..<n {
    for j in 0...i {
      let inner = 0.5 * (row[i] + row[j] - distances[points[i], points[j]]) - half
      (gram[i, j], gram[j, i]) = (roots[i] * roots[j] * inner, roots[i] * roots[j] * inner)
    }
  }
  return SymmetricEigen.values(gram)?.last ?? .nan
}
