import Arrays
public import Formats
import Mixtures
public import ProbabilityFlow
import RealModule

/// A bound on log ‖DΦ_{0←T}(X_T)‖ that holds with a stated probability under X_T ~ p_T.
public struct HighProbabilityCertificate: Sendable, Equatable {
  /// The probability with which the bounds hold.
  public let confidence: Double
  /// The bound on log ‖DΦ_{0←T}‖.
  public let logAmplification: Double
  /// The bound in closed form, for equal weights and one isotropic covariance.
  public let closedForm: ClosedForm?

  /// log(σ_0/s_T) + (D²/8)(w* − w_T) + (2/δ) Σ_i w_i Σ_{j≠i} ψ(√w* D_ij/2) at its best w*.
  public struct ClosedForm: Sendable, Equatable {
    /// The bound on log ‖DΦ_{0←T}‖.
    public let logAmplification: Double
    /// The time t* of w*: above it the worst case is used, below it the mean.
    public let time: Double
  }
}

extension HighProbabilityCertificate {
  /// The certificate as it stands in files.
  public var json: JSON {
    var object = JSONObject([
      ("confidence", .number(confidence)), ("log_amplification", .number(logAmplification)),
    ])
    if let closedForm {
      object["closed_form"] = .object(
        JSONObject([
          ("log_amplification", .number(closedForm.logAmplification)),
          ("time", .number(closedForm.time)),
        ]))
    }
    return .object(object)
  }
}

extension InformationCertificate {
  /// A bound on log ‖DΦ_{0←T}(X_T)‖ that fails with probability at most 1 − `confidence`.
  ///
  /// Lemma (derived): log ‖DΦ‖ ≤ stretch + ∫ Z_t dt with Z = ½g²‖Cov_γ(g)‖. If E[Z_t | A] ≤ c_t for
  /// every event A of probability at least δ, then P(∫Z > ∫c) ≤ δ: take A = {∫Z > ∫c}. Here c_t is
  /// `conditionalRate`. For unequal covariances the stretch is that of the largest eigenvalue of all.
  /// In other state variables it is larger by log(κ(0)/κ(T)); infinite where these are.
  /// - Precondition: 0 ≤ confidence < 1.
  public func highProbability(
    _ confidence: Double = 0.99, state: StateVariables = .native
  ) -> HighProbabilityCertificate {
    precondition(confidence >= 0 && confidence < 1, "confidence \(confidence)")
    let horizon = flow.process.horizon
    let integral = conflict.integral(probability: 1 - confidence)
    let largest = flow.mixture.largestVariances.reduce(0, max)
    let shift = shift(state, from: horizon, to: 0)
    return HighProbabilityCertificate(
      confidence: confidence,
      logAmplification: logScaleRatio(largest, from: horizon, to: 0)
        + integral.outwardTotal + shift,
      closedForm: closedForm(confidence).map {
        .init(logAmplification: $0.logAmplification + shift, time: $0.time)
      })
  }

  private func closedForm(_ confidence: Double) -> HighProbabilityCertificate.ClosedForm? {
    let (mixture, process) = (flow.mixture, flow.process)
    guard let variance = mixture.sharedIsotropicVariance, mixture.componentCount > 1,
      mixture.weights.allSatisfy({ $0 == mixture.weights[0] })
    else { return nil }
    func ratio(_ t: Double) -> Double {
      let alpha = process.alpha(t)
      return alpha * alpha / (alpha * alpha * variance + process.sigmaSquared(t))
    }
    let distances = pairs.indices.map { i, j in
      norm(zip(mixture.means[row: i], mixture.means[row: j]).map { $0 - $1 })
    }
    let diameter = distances.reduce(0, max)
    let scale = 2 * 2 * mixture.weights[0] / (1 - confidence)
    func bound(_ w: Double) -> Double {
      let tail = distances.reduce(0) { $0 + remainder(0.5 * w.squareRoot() * $1) }
      return diameter * diameter / 8 * (w - ratio(process.horizon)) + scale * tail
    }
    // Convex in w; the slope is D²/8 − (1/δ) Σ_{i<j} w_i D_ij² Φ(−√w D_ij/2), which rises.
    func slope(_ w: Double) -> Double {
      let rate = distances.reduce(0) {
        $0 + $1 * $1 * 0.5 * .erfc(0.5 * w.squareRoot() * $1 / Double(2).squareRoot())
      }
      return diameter * diameter / 8 - mixture.weights[0] / (1 - confidence) * rate
    }
    let time = bisect(0, process.horizon) { slope(ratio($0)) > 0 }
    let stretch = logScaleRatio(variance, from: process.horizon, to: 0)
    return .init(logAmplification: stretch + bound(ratio(time)), time: time)
  }
}

/// ψ(b) = bφ(b) + (1 − b²)Φ(−b) = 2 ∫_b^∞ uΦ(−u) du.
func remainder(_ b: Double) -> Double {
  let density = Double.exp(-0.5 * b * b) / (2 * Double.pi).squareRoot()
  let tail = 0.5 * Double.erfc(b / Double(2).squareRoot())
  return max(0, b * density + (1 - b * b) * tail)
}

/// The largest t of [a, b] at which `holds`, which is true up to some t, to the last bit.
private func bisect(_ a: Double, _ b: Double, _ holds: (Double) -> Bool) -> Double {
  var (low, high) = (a, b)
  while true {
    let middle = 0.5 * (low + high)
    if middle <= low || middle >= high { return holds(high) ? high : low }
    if holds(middle) { low = middle } else { high = middle }
  }
}
