import Arrays
import Mixtures

/// The regular flow together with vectors that move along with it: each row holds y and then m
/// vectors of d numbers, with dy/dρ = F and dV/dρ = ±J V.
///
/// In the notation of `RegularState`, with the posterior means of the components
/// h_k = μ_k + ρΔ_k (I + ρ²Δ_k)^{-1} (y − ρμ_k), the field is F = Σ_k γ_k h_k and its Jacobian
///
///     J = ρ [Σ_k γ_k Δ_k (I + ρ²Δ_k)^{-1} + Cov_γ(h)]
///
/// (derived: J = ρ^{-1}(I + ∇² log q_ρ), and the ρ^{-1} cancels because C_k^{-1}(ρμ_k − y) = ρh_k − y).
/// J is symmetric and positive semidefinite, so the adjoint flow differs by its sign only.
struct TangentField: RowVectorField {
  let state: RegularState
  /// The number m of vectors.
  let count: Int
  /// 1 for tangents, −1 for adjoints.
  let sign: Double
  private var posterior = TangentKernels.Posterior()
  private var scratch = EvaluationScratch()

  init(_ state: RegularState, count: Int, sign: Double) {
    (self.state, self.count, self.sign) = (state, count, sign)
  }

  private var d: Int { state.spectrum.means.columns }
  var dimension: Int { (1 + count) * d }

  mutating func evaluate(
    times: [Double], _ rows: Span<Double>, into out: inout MutableSpan<Double>
  ) {
    let (n, d, width, state) = (times.count, d, dimension, self.state)
    var positions = [Double](repeating: 0, count: n * d)
    for i in 0..<n {
      for a in 0..<d { positions[i * d + a] = rows[i * width + a] }
    }
    state.posterior(positions.span, times: times, into: &posterior, scratch: &scratch)
    for i in out.indices { out[i] = 0 }
    state.addStretch(posterior, times: times, rows: rows, into: &out)
    TangentKernels.products(&posterior, times: times, dimension: d, rows: rows, into: &out)
    for i in 0..<n {
      for a in 0..<d { out[i * width + a] = posterior.mean[i * d + a] }
      if sign != 1 {
        for a in d..<width { out[i * width + a] *= sign }
      }
    }
  }
}

extension RegularState {
  /// The responsibilities, the components' posterior means h and F for the rows of y.
  ///
  /// The stretch Σ_k γ_k w_k is filled in where it is diagonal in the frame, and 0 otherwise.
  func posterior(
    _ y: Span<Double>, times: [Double], into posterior: inout TangentKernels.Posterior,
    scratch: inout EvaluationScratch
  ) {
    let (n, d, k) = (times.count, spectrum.means.columns, spectrum.means.rows)
    posterior.resize(rows: n, dimension: d, components: k)
    let rows = GaussianRows(
      shift: times, scale: times.map { $0 * $0 }, offset: Array(repeating: 1, count: n))
    var unused: [Double] = []
    var none = unused.mutableSpan
    _ = spectrum.evaluate(
      y, rows: rows, lambda: excess, logWeights: logWeights, sum: nil, into: &none,
      scratch: &scratch)
    posterior.responsibilities = scratch.responsibilities
    guard spectrum.geometry == .full else {
      TangentKernels.componentMeans(
        y, times: times, means: spectrum.means, excess: excess, into: &posterior)
      return
    }
    for i in 0..<n * d { (posterior.mean[i], posterior.stretch[i]) = (0, 0) }
    var (difference, rotated) = (posterior.mean, posterior.mean)
    for j in 0..<k {
      let (mean, variances) = (spectrum.means[row: j], excess[row: j])
      let (rotation, inverse) = (
        spectrum.rotations[j].elements, spectrum.inverseRotations[j].elements
      )
      for i in 0..<n {
        for a in 0..<d { difference[i * d + a] = y[i * d + a] - times[i] * mean[j * d + a] }
      }
      var span = rotated.mutableSpan
      RowProducts.multiply(
        m: n, n: d, k: d, difference.span, rotation.span, into: &span)
      for i in 0..<n {
        let rho = times[i]
        for a in 0..<d {
          let delta = variances[j * d + a]
          span[i * d + a] *= rho * delta / (1 + rho * rho * delta)
        }
      }
      var back = difference.mutableSpan
      RowProducts.multiply(
        m: n, n: d, k: d, rotated.span, inverse.span, into: &back)
      for i in 0..<n {
        let gamma = posterior.responsibilities[i * k + j]
        for a in 0..<d {
          let h = mean[j * d + a] + back[i * d + a]
          posterior.componentMeans[(i * k + j) * d + a] = h
          posterior.mean[i * d + a] += gamma * h
        }
      }
    }
  }

  /// out += ρ Σ_k γ_k Δ_k (I + ρ²Δ_k)^{-1} V for the vectors V of each row, where that is not
  /// diagonal in the frame.
  func addStretch(
    _ posterior: TangentKernels.Posterior, times: [Double], rows: Span<Double>,
    into out: inout MutableSpan<Double>
  ) {
    guard spectrum.geometry == .full, !times.isEmpty else { return }
    let (n, d, k) = (times.count, spectrum.means.columns, spectrum.means.rows)
    let vectors = rows.count / d
    var rotated = [Double](repeating: 0, count: rows.count)
    for j in 0..<k {
      guard (0..<n).contains(where: { posterior.responsibilities[$0 * k + j] > 0x1p-100 })
      else { continue }
      let variances = excess[row: j]
      let (rotation, inverse) = (
        spectrum.rotations[j].elements, spectrum.inverseRotations[j].elements
      )
      var span = rotated.mutableSpan
      RowProducts.multiply(
        m: vectors, n: d, k: d, rows, rotation.span, into: &span)
      for row in 0..<vectors {
        let i = row / (vectors / n)
        // The first vector of a row is its position.
        let gamma = row % (vectors / n) == 0 ? 0 : posterior.responsibilities[i * k + j]
        let rho = times[i]
        for a in 0..<d {
          let delta = variances[j * d + a]
          span[row * d + a] *= rho * gamma * delta / (1 + rho * rho * delta)
        }
      }
      RowProducts.multiply(
        m: vectors, n: d, k: d, rotated.span, inverse.span, into: &out, adding: true)
    }
  }
}
