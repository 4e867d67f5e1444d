import Arrays
import Mixtures
public import ProbabilityFlow
import RealModule

/// Worst-case stability of the flow of any Gaussian mixture: certificates for all x at once.
///
/// With C_k = α²Σ_k + σ²I, B_k = f + ½g²C_k^{-1} and g_k = C_k^{-1}(αμ_k − x) the velocity's Jacobian is
///
///     ∇v = Σ_k γ_k B_k − ½g² Cov_γ(g).
///
/// `SharedRates` and `UnequalRates` bound its two ends; proofs in
/// Documentation/worst-case-certificates.md. Where the score is not Lipschitz every bound is infinite,
/// `reason` says why, and `ball(holding:)` still certifies a ball. Bounds refer to the variables `state`:
/// ∫L changes when the state is rescaled. They are infinite where those variables are (x/α at α = 0).
public struct StabilityBound: Sendable {
  /// The flow that is bounded.
  public let flow: ProbabilityFlow
  /// The variables that the bounds refer to.
  public let state: StateVariables
  /// The largest distance D between two means.
  public let diameter: Double
  /// The variance σ_0² if the shared covariance is isotropic.
  public let isotropicVariance: Double?

  let rates: any WorstCaseRates
  let closed: IsotropicIntegrals?
  private let integrals: RateIntegrals

  /// The bounds of a flow.
  public init(_ flow: ProbabilityFlow, state: StateVariables = .native) {
    self.flow = flow
    self.state = state
    let mixture = flow.mixture
    let diameter = mixture.diameter
    self.diameter = diameter
    isotropicVariance = mixture.sharedIsotropicVariance
    let rates: any WorstCaseRates =
      mixture.spectrum.isShared
      ? SharedRates(mixture, diameter: diameter) : UnequalRates(mixture)
    self.rates = rates
    closed = isotropicVariance.map {
      IsotropicIntegrals(flow.process, state, variance: $0, diameter: diameter)
    }
    integrals = RateIntegrals(rates, flow.process, state)
  }

  /// Why the bounds are infinite, in one sentence that names two components; nil if they are finite.
  public var reason: String? { rates.reason }

  func moment(_ t: Double) -> FlowMoment { FlowMoment(flow.process, t, state) }

  /// L(t) ≥ sup_x ‖∇v(x, t)‖, the two-sided bound.
  ///
  /// For components of one covariance in its published form, max_a |½ (log c_a)'| +
  /// ½g²·¼α² max_ij ‖C^{-1}(μ_i−μ_j)‖² (arXiv:2606.03820 for Σ = σ_0² I), of which `sharpTwoSided` is never
  /// larger; otherwise the same as that.
  public func twoSided(_ t: Double) -> Double {
    let moment = moment(t)
    return moment.isSingular ? .infinity : rates.published(moment)
  }

  /// The sharper two-sided bound: the larger of the bounds on λ_max(−∇v) and λ_max(∇v).
  public func sharpTwoSided(_ t: Double) -> Double {
    let moment = moment(t)
    return moment.isSingular ? .infinity : rates.ends(moment).norm
  }

  /// ℓ(t) ≥ sup_x λ_max(−∇v(x, t)): the fastest rate at which neighbouring trajectories may part
  /// when sampling, that is with t decreasing.
  ///
  /// Negative where the flow is sure to contract.
  public func oneSided(_ t: Double) -> Double {
    let moment = moment(t)
    return moment.isSingular ? .infinity : rates.ends(moment).parting
  }
}

extension StabilityBound {
  /// A(t) = ∫_0^t L, in closed form for one isotropic covariance: with w = α²/s²,
  /// A = ½ TV_{[0,t]}(log κ²s²) + (D²/8)(w(0) − w(t)), since g²α²/s⁴ = −w' for every process.
  public func cumulative(_ t: Double) -> Double {
    guard isFinite(upTo: t) else { return .infinity }
    return closed?.cumulative(t) ?? integrals.published.value(t)
  }

  /// ∫_0^t of `sharpTwoSided`, by quadrature.
  public func sharpCumulative(_ t: Double) -> Double {
    guard isFinite(upTo: t) else { return .infinity }
    return integrals.norm.value(t)
  }

  /// A(t) by numerical integration of L: an independent check of the closed form.
  public func cumulativeByQuadrature() -> RunningIntegral { integrals.published.value }

  /// A bound on log Lip(Φ_{s←t}) for the flow map from time t to time s: the integral of the bound
  /// on λ_max(−∇v) going down (s < t), and of that on λ_max(∇v) going up the noise.
  ///
  /// One isotropic covariance: log(κs)|_t^s + (D²/8)(w(s) − w(t)) for s < t, attained for two modes at
  /// their midpoint; the same without the mixture's term for s > t.
  public func logAmplification(from t: Double, to s: Double) -> Double {
    if t == s { return 0 }
    guard s > t || reason == nil, !moment(max(s, t)).isSingular else { return .infinity }
    if let closed { return closed.logAmplification(from: t, to: s) }
    let integral = s < t ? integrals.parting.value : integrals.stretch.value
    return abs(s - t) > 0 ? (s < t ? 1 : -1) * (integral(t) - integral(s)) : 0
  }

  private func isFinite(upTo t: Double) -> Bool {
    t == 0 || (reason == nil && !moment(t).isSingular)
  }
}
