import Mixtures
public import ProbabilityFlow
import RealModule

/// The certificates of a flow at a list of times, as `stability` prints them.
public struct StabilitySummary: Sendable {
  /// The state variables that the bounds refer to.
  public let state: StateVariables
  /// The largest distance D between two means.
  public let diameter: Double
  /// The times t.
  public let times: [Double]
  /// The noise levels σ/α at those times.
  public let noiseLevels: [Double]

  /// The information profile I_0^up − I_t^BD in nats.
  public let information: [Double]
  /// The bound on E log ‖DΦ_{0←T}‖.
  public let typicalLogAmplification: Double
  /// The bound on log ‖DΦ_{0←T}‖ that holds for 99 % of p_T; nil where it would take long.
  public let highProbability: HighProbabilityCertificate?
  /// What log p_T(x_T) − log p_0(x_0) lacks of a bound on log ‖DΦ_{0←T}(x_T)‖ for each trajectory.
  public let trajectoryOffset: Double
  /// The bound on ∫ E ½g²‖Cov_γ(g)‖ dt; nil where it would take long.
  public let averagedIntegral: Double?

  /// L(t), the two-sided bound.
  public let twoSided: [Double]
  /// The sharper two-sided bound.
  public let sharpTwoSided: [Double]
  /// The one-sided bound in sampling direction.
  public let oneSided: [Double]
  /// A(t) = ∫_0^t L.
  public let cumulative: [Double]
  /// A(T).
  public let cumulativeHorizon: Double
  /// ∫_0^T of the sharper bound.
  public let sharpCumulativeHorizon: Double
  /// The certified Lipschitz constant of Φ_{0←T}; infinite if it overflows.
  public let oneSidedAmplification: Double
  /// Its logarithm.
  public let oneSidedLogAmplification: Double
  /// Why worst-case bounds are infinite; nil if they are finite.
  public let reason: String?
  /// The bounds on balls, where there are none for all x.
  public let ball: BallSummary?

  /// The certificates of a flow.
  ///
  /// Worst-case bounds are infinite, with a `reason`, where the score is not Lipschitz, and so is
  /// everything at a time at which the state variables are infinite.
  public init(_ flow: ProbabilityFlow, times: [Double], state: StateVariables = .native) {
    let bound = StabilityBound(flow, state: state)
    let certificate = InformationCertificate(flow)
    let horizon = flow.process.horizon
    (self.state, self.times) = (state, times)
    diameter = bound.diameter
    noiseLevels = times.map { flow.process.noiseLevel($0) }

    information = times.map { certificate.profile($0) }
    typicalLogAmplification = certificate.typicalLogAmplification(
      from: horizon, to: 0, state: state)
    highProbability =
      certificate.ratesAreCheap ? certificate.highProbability(state: state) : nil
    trajectoryOffset =
      certificate.volumeOffset(from: horizon, to: 0)
      + certificate.shift(state, from: horizon, to: 0)
    averagedIntegral =
      certificate.ratesAreCheap ? certificate.averagedIntegral.outwardTotal : nil

    twoSided = times.map { bound.twoSided($0) }
    sharpTwoSided = times.map { bound.sharpTwoSided($0) }
    oneSided = times.map { bound.oneSided($0) }
    cumulative = times.map { bound.cumulative($0) }
    cumulativeHorizon = bound.cumulative(horizon)
    sharpCumulativeHorizon = bound.sharpCumulative(horizon)
    oneSidedLogAmplification = bound.logAmplification(from: horizon, to: 0)
    oneSidedAmplification = .exp(oneSidedLogAmplification)
    reason = bound.reason ?? state.reason(flow.process)
    ball = bound.reason == nil ? nil : BallSummary(bound.ball(holding: 0.99), times)
  }
}

/// Worst-case bounds on balls that hold 99 % of p_t, at a list of times.
public struct BallSummary: Sendable {
  /// The share of p_t that each ball holds at least.
  public let mass = 0.99
  /// The radii about the mean of p_t, in the process's own x.
  public let radii: [Double]
  /// At least ‖∇v‖ on the ball.
  public let twoSided: [Double]
  /// At least λ_max(−∇v) on the ball.
  public let oneSided: [Double]

  init(_ ball: StabilityBall, _ times: [Double]) {
    radii = times.map { ball.radius($0) }
    twoSided = times.map { ball.twoSided($0) }
    oneSided = times.map { ball.oneSided($0) }
  }
}
