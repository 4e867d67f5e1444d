import Arrays
import Mixtures
public import ProbabilityFlow
import RealModule

/// The information certificate: typical amplification is bounded by what the flow has yet to decide.
///
/// With k the component label, I_t = I(k; X_t) and s_{k,t}² = α²λ_max(Σ_k) + σ²,
///
///     E log ‖DΦ_{0←T}(X_T)‖ ≤ Σ_k w_k log(√λ_max(Σ_k)/s_{k,T}) + I_0 − I_T.
///
/// Proof sketch (derived, theory.md section 3). Going down in t, log ‖DΦ‖ grows at most at the rate
/// λ_max(−∇v) ≤ −f − ½g² Σ_k γ_k/s_{k,t}² + ½g² tr Cov_γ(g), because Σ_k γ_k C_k^{-1} ⪰ Σ_k γ_k/s_{k,t}² I.
/// Under X_t ~ p_t the mean of γ_k is w_k, and f + ½g²/s_k² = ½ (log s_k²)' integrates to the first sum;
/// de Bruijn's identity on p_t and on each component gives −dI_t/dt = ½g² E tr Cov_γ(g).
///
/// I_t has closed-form brackets (Kolchinsky and Tracey, 2017):
/// −Σ_i w_i log Σ_j w_j e^{−B_ij} ≤ I_t ≤ min(H(w), −Σ_i w_i log Σ_j w_j e^{−KL_ij}). For components of
/// one covariance B = δ²/8 and KL = δ²/2 with δ_ij² = α²(μ_i − μ_j)ᵀC^{-1}(μ_i − μ_j).
public struct InformationCertificate: Sendable {
  /// The flow.
  public let flow: ProbabilityFlow
  /// The entropy H(w) of the weights in nats.
  public let entropy: Double

  private let eigenvalues: [Double]
  private let squaredDistances: Matrix<Double>

  /// The certificate of a flow whose components share one covariance.
  ///
  /// - Throws: `StabilityError.unequalCovariances` otherwise.
  public init(_ flow: ProbabilityFlow) throws(StabilityError) {
    guard flow.mixture.spectrum.isShared else { throw .unequalCovariances }
    self.flow = flow
    eigenvalues = flow.mixture.spectrum.lambda.elements
    squaredDistances = GaussianKernels.squaredDistances(flow.mixture.means, flow.mixture.means)
    entropy = -flow.mixture.weights.reduce(0) { $0 + $1 * .log($1) }
  }

  /// A lower bound on I_t in nats, from Bhattacharyya distances.
  public func lowerInformation(_ t: Double) -> Double { max(0, bracket(t, 1.0 / 8)) }

  /// An upper bound on I_t in nats, from Kullback–Leibler divergences and the entropy.
  public func upperInformation(_ t: Double) -> Double { min(entropy, bracket(t, 0.5)) }

  /// I_0^up − I_t^BD, an increasing profile: a bound on the information that is still to be chosen
  /// between t and 0.
  ///
  /// It sees the mixture: it rises where modes split.
  public func profile(_ t: Double) -> Double { upperInformation(0) - lowerInformation(t) }

  /// The bound on E log ‖DΦ_{0←T}‖.
  public var typicalLogAmplification: Double {
    typicalLogAmplification(from: flow.process.horizon, to: 0)
  }

  /// The bound on E log ‖DΦ_{s←t}‖ under X_t ~ p_t, s < t: the same with I_s − I_t.
  public func typicalLogAmplification(from t: Double, to s: Double) -> Double {
    let (alphaT, alphaS) = (flow.process.alpha(t), flow.process.alpha(s))
    let (sigmaT, sigmaS) = (flow.process.sigmaSquared(t), flow.process.sigmaSquared(s))
    let largest = eigenvalues.reduce(0, max)
    let stretch =
      0.5 * .log((alphaS * alphaS * largest + sigmaS) / (alphaT * alphaT * largest + sigmaT))
    return stretch + max(0, upperInformation(s) - lowerInformation(t))
  }

  /// −Σ_i w_i log Σ_j w_j exp(−factor δ_ij²).
  private func bracket(_ t: Double, _ factor: Double) -> Double {
    let weights = flow.mixture.weights
    let alpha = flow.process.alpha(t)
    let (a2, sigma2) = (alpha * alpha, flow.process.sigmaSquared(t))
    // Isotropic: δ² = w D², w = α²/s².
    let scale = eigenvalues.count == 1 ? a2 / (a2 * eigenvalues[0] + sigma2) : 1
    let delta = eigenvalues.count == 1 ? squaredDistances : mahalanobis(a2, sigma2)
    return -weights.indices.reduce(0) { sum, i in
      let inner = weights.indices.reduce(0) {
        $0 + weights[$1] * .exp(-factor * scale * delta[i, $1])
      }
      return sum + weights[i] * .log(inner)
    }
  }

  private func mahalanobis(_ a2: Double, _ sigma2: Double) -> Matrix<Double> {
    var scaled = flow.mixture.spectrum.means
    for k in 0..<scaled.rows {
      for a in 0..<scaled.columns {
        scaled[k, a] *= (a2 / (a2 * eigenvalues[a] + sigma2)).squareRoot()
      }
    }
    return GaussianKernels.squaredDistances(scaled, scaled)
  }
}
