import Mixtures
import ProbabilityFlow
import RealModule

/// The integrals of the bounds in closed form, for one isotropic covariance.
///
/// s² = α²σ_0² + σ², w = α²/s².
struct IsotropicIntegrals: Sendable {
  private let process: any ForwardProcess
  private let state: StateVariables
  private let variance: Double
  private let diameter: Double
  /// Where log κ²s² turns.
  private let turningPoints: [Double]

  init(
    _ process: any ForwardProcess, _ state: StateVariables, variance: Double, diameter: Double
  ) {
    (self.process, self.state) = (process, state)
    (self.variance, self.diameter) = (variance, diameter)
    turningPoints = turns(over: process.horizon) {
      FlowMoment(process, $0, state).stretch(variance)
    }
  }

  /// ½ TV_{[0,t]}(log κ²s²) + (D²/8)(w(0) − w(t)).
  ///
  /// The total variation is |log(s_t²/σ_0²)| where log s² is monotone, and is taken between turning
  /// points where it is not, as for rectified flow.
  func cumulative(_ t: Double) -> Double {
    let edges = [0] + turningPoints.filter { $0 < t } + [t]
    let variation = zip(edges, edges.dropFirst()).reduce(0) {
      $0 + abs(logScaleRatio($1.1) - logScaleRatio($1.0))
    }
    return 0.5 * variation + separation(0, t)
  }

  /// log(κs)|_t^s, and (D²/8)(w(s) − w(t)) more going down.
  func logAmplification(from t: Double, to s: Double) -> Double {
    let stretch = 0.5 * (logScaleRatio(s) - logScaleRatio(t))
    return s < t ? stretch + separation(s, t) : stretch
  }

  /// log(κ_t²s_t²/(κ_0²σ_0²)), through expm1-safe differences: s_t² − σ_0² = σ² − (1 − α²)σ_0².
  private func logScaleRatio(_ t: Double) -> Double {
    let alpha = process.alpha(t)
    let change = process.sigmaSquared(t) - (1 - alpha) * (1 + alpha) * variance
    return .log(onePlus: change / variance)
      + 2 * (state.logScale(process, at: t) - state.logScale(process, at: 0))
  }

  /// (D²/8)(w(s) − w(t)).
  private func separation(_ s: Double, _ t: Double) -> Double {
    diameter * diameter / 8 * (signalRatio(s) - signalRatio(t))
  }

  private func signalRatio(_ t: Double) -> Double {
    let alpha = process.alpha(t)
    return alpha * alpha / (alpha * alpha * variance + process.sigmaSquared(t))
  }
}

/// The times at which `slope` changes sign, ascending.
///
/// Every catalogued process has at most one: s² is quadratic in t for rectified flow, and monotone
/// in α² or t for the others. The scan finds turns that are at least T/512 apart.
private func turns(over horizon: Double, _ slope: (Double) -> Double) -> [Double] {
  var turns: [Double] = []
  var last = 0.0
  for i in 0...512 {
    let t = horizon * Double(i) / 512
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
