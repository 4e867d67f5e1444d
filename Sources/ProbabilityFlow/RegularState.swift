import Arrays
import Mixtures
import RealModule

/// The state in which the flow of any Gaussian mixture under any process is not stiff.
///
/// With λ the smallest eigenvalue of all Σ_k, s² = α²λ + σ², y = x/s and ρ = α/s the flow is
///
///     dy/dρ = Σ_k γ_k [μ_k + ρΔ_k (I + ρ²Δ_k)^{-1} (y − ρμ_k)],   Δ_k = Σ_k − λI ⪰ 0,
///
/// γ being the posterior of the mixture Σ_k w_k N(ρμ_k, I + ρ²Δ_k) (derived: insert
/// dx̃ = σ̃ dσ̃ Σγ_k(σ̃² + Σ_k)^{-1}(x̃ − μ_k) for x̃ = x/α, σ̃ = σ/α). For a shared isotropic variance
/// Δ = 0 and the right-hand side is the posterior mean, bounded by the largest ‖μ_k‖: theory.md
/// section 2. Since J = ρ^{-1}(I + ∇² log q_ρ(y)) is positive semidefinite, errors only grow towards
/// the data and only shrink towards the noise, and the equation never asks for small steps on account
/// of stability. It is regular where α = 0.
struct RegularState: Sendable {
  let spectrum: MixtureSpectrum
  let logWeights: [Double]
  /// λ, the smallest eigenvalue of all covariances.
  let smallest: Double
  /// The eigenvalues of Δ_k.
  let excess: Matrix<Double>

  init(_ mixture: GaussianMixture) {
    spectrum = mixture.spectrum
    logWeights = mixture.weights.map { .log($0) }
    smallest = mixture.smallestVariance
    var excess = mixture.spectrum.lambda
    for i in excess.elements.indices { excess.elements[i] -= smallest }
    self.excess = excess
  }

  /// s(t) = √(α²λ + σ²), the unit of the state.
  func scale(_ process: any ForwardProcess, _ t: Double) -> Double {
    let alpha = process.alpha(t)
    return (alpha * alpha * smallest + process.sigmaSquared(t)).squareRoot()
  }

  /// ρ(t) = α/s: grows from noise to data, at most 1/√λ.
  func time(_ process: any ForwardProcess, _ t: Double) -> Double {
    process.alpha(t) / scale(process, t)
  }
}

/// The right-hand side dy/dρ on batches whose rows have times of their own.
struct RegularField: RowVectorField {
  let state: RegularState
  private var scratch = EvaluationScratch()

  init(_ state: RegularState) { self.state = state }

  var dimension: Int { state.spectrum.means.columns }

  mutating func evaluate(
    times: [Double], _ y: Span<Double>, into out: inout MutableSpan<Double>
  ) {
    let rows = GaussianRows(
      shift: times, scale: times.map { $0 * $0 }, offset: Array(repeating: 1, count: times.count))
    _ = state.spectrum.evaluate(
      y, rows: rows, lambda: state.excess, logWeights: state.logWeights,
      sum: .posteriorMean(shift: times), into: &out, scratch: &scratch)
  }
}
