import Arrays
import Mixtures
public import ProbabilityFlow
import RealModule

/// The information certificate: typical amplification is bounded by what the flow has yet to decide.
///
/// With k the component label, I_t = I(k; X_t) and s_{k,t}² = α²λ_max(Σ_k) + σ²,
///
///     E log ‖DΦ_{0←T}(X_T)‖ ≤ Σ_k w_k log(√λ_max(Σ_k)/s_{k,T}) + I_0 − I_T,
///
/// for mixtures of any covariances and any process whose noise-to-signal ratio σ/α does not fall, also
/// where α = 0 at the horizon (rectified flow). Equality in one dimension. Derived in
/// Documentation/information-certificate.md, as is everything else here; not in arXiv:2606.03820.
public struct InformationCertificate: Sendable {
  /// The flow.
  public let flow: ProbabilityFlow
  /// The entropy H(w) of the weights in nats.
  public let entropy: Double

  let pairs: ComponentPairs
  let conflict: ModeConflict
  private let moments: SecondMoments?
  /// The upper bracket at t = 0, which every profile needs.
  private let upperStart: Double

  /// The certificate of a flow.
  ///
  /// Costs one decomposition of a d×d matrix a pair of components if these are full, O(d) a pair
  /// otherwise.
  public init(_ flow: ProbabilityFlow) {
    self.flow = flow
    entropy = -flow.mixture.weights.reduce(0) { $0 + $1 * .log($1) }
    pairs = ComponentPairs(flow.mixture)
    conflict = ModeConflict(flow)
    moments = SecondMoments(flow.mixture)
    let (alpha, sigmaSquared) = (flow.process.alpha(0), flow.process.sigmaSquared(0))
    upperStart = InformationBrackets(pairs, entropy, moments, alpha, sigmaSquared).upper
  }

  private func brackets(_ t: Double) -> InformationBrackets {
    InformationBrackets(
      pairs, entropy, moments, flow.process.alpha(t), flow.process.sigmaSquared(t))
  }

  /// A lower bound on I_t in nats: the better of Kolchinsky and Tracey's, from Bhattacharyya
  /// distances, and H(w) − 2 log 2 Σ_{i<j} √(w_i w_j) e^{−BD_ij}.
  ///
  /// It does not rise with t: noise only brings components closer.
  public func lowerInformation(_ t: Double) -> Double { brackets(t).lower }

  /// An upper bound on I_t in nats: the least of H(w), Kolchinsky and Tracey's from Kullback–Leibler
  /// divergences, the Gaussian of the same second moments, and
  /// H(w) − 4 log 2 Σ w_i w_j/(w_i + w_j) e^{−2BD_ij} over disjoint pairs.
  public func upperInformation(_ t: Double) -> Double { t == 0 ? upperStart : brackets(t).upper }

  /// I_0^up − I_t^BD, a bound on the information that is still to be chosen between t and 0, with
  /// Kolchinsky and Tracey's lower bracket.
  ///
  /// It rises with t for every mixture and process: all of a pair's divergences fall under noise.
  /// It sees the mixture: it rises where modes split.
  public func profile(_ t: Double) -> Double {
    upperStart - brackets(t).kolchinskyTracey
  }

  /// The bound on E log ‖DΦ_{0←T}‖.
  public var typicalLogAmplification: Double {
    typicalLogAmplification(from: flow.process.horizon, to: 0)
  }

  /// The bound on E log ‖DΦ_{s←t}‖ under X_t ~ p_t, s < t: the same with I_s − I_t.
  ///
  /// In other state variables it is larger by log(κ(s)/κ(t)), as the amplification itself; infinite
  /// where these are.
  public func typicalLogAmplification(
    from t: Double, to s: Double, state: StateVariables = .native
  ) -> Double {
    stretch(from: t, to: s) + max(0, upperInformation(s) - lowerInformation(t))
      + shift(state, from: t, to: s)
  }

  /// log(κ(s)/κ(t)) for s < t; ∞ where κ is, so that a bound stays one.
  func shift(_ state: StateVariables, from t: Double, to s: Double) -> Double {
    let shift = state.logScaleRatio(flow.process, from: t, to: s)
    return shift.isFinite ? shift : .infinity
  }

  /// Σ_k w_k log(s_{k,s}/s_{k,t}): the amplification of the components by themselves.
  func stretch(from t: Double, to s: Double) -> Double {
    zip(flow.mixture.weights, flow.mixture.largestVariances).reduce(0) {
      $0 + $1.0 * logScaleRatio($1.1, from: t, to: s)
    }
  }

  /// log(s_s/s_t) for one eigenvalue, s² = α²λ + σ².
  func logScaleRatio(_ eigenvalue: Double, from t: Double, to s: Double) -> Double {
    func variance(_ time: Double) -> Double {
      let alpha = flow.process.alpha(time)
      return alpha * alpha * eigenvalue + flow.process.sigmaSquared(time)
    }
    return 0.5 * .log(variance(s) / variance(t))
  }
}
