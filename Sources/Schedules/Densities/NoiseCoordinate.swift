import Mixtures
import ProbabilityFlow
import RealModule
import Stability

/// The coordinate in which densities are tabulated: close to log σ̂ from below the smallest scale of
/// the data to far above the largest, linear in the noise level σ̂ = σ/α below them and in 1/σ̂ above them.
///
/// q = asinh(u/a) with u = B arctan(σ̂/B): finite and regular from σ̂ = 0 to σ̂ = ∞, so that a table over q
/// has neither end to cut off. With u = B atan2(σ, Bα) it needs no division by α.
struct NoiseCoordinate: Sendable {
  let process: any ForwardProcess
  /// a, a fraction of the smallest standard deviation of a component.
  let smallest: Double
  /// B, far above the standard deviation of the data.
  let largest: Double

  init(_ flow: ProbabilityFlow) {
    process = flow.process
    smallest = 0.3 * flow.mixture.smallestVariance.squareRoot()
    largest = 100 * flow.mixture.totalVariance.squareRoot()
  }

  private func angle(_ t: Double) -> Double {
    largest * .atan2(y: process.sigmaSquared(t).squareRoot(), x: largest * process.alpha(t))
  }

  /// q(t).
  func callAsFunction(_ t: Double) -> Double { .asinh(angle(t) / smallest) }

  /// The time in [0, T] whose coordinate is q.
  func time(at q: Double) -> Double { bisect({ self($0) }, q, 0, process.horizon) }

  /// dt/dq: 0 where σ = 0.
  func timeRate(_ t: Double) -> Double {
    let (alpha, sigma2, u) = (process.alpha(t), process.sigmaSquared(t), angle(t))
    // dθ = (α dσ − σ dα)B/(σ² + B²α²), times σ to avoid σ', which is infinite at t = 0.
    let turn = 0.5 * process.sigmaSquaredDerivative(t) * alpha - sigma2 * process.alphaDerivative(t)
    let square = sigma2 + largest * largest * alpha * alpha
    return sigma2.squareRoot() * square / (largest * largest * turn)
      * (smallest * smallest + u * u).squareRoot()
  }

  /// dσ̂/dq at a noise level.
  func levelRate(_ level: Double) -> Double {
    let u = largest * .atan(level / largest)
    let ratio = level / largest
    return (1 + ratio * ratio) * (smallest * smallest + u * u).squareRoot()
  }
}
