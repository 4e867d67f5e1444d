import Arrays
import Mixtures
import ProbabilityFlow
import RealModule

/// Times and weights of a quadrature over [0, T] that follows the flow's own scales: ten
/// Gauss–Legendre points on each of five panels of equal length in u.
///
/// u rises with −log(1 + c w), w = α²/s² and c = D²/4 + λ, the scale on which modes merge and their
/// width loses to the noise, with a tenth of t mixed in so that no stretch of time is left out.
func timeNodes(_ flow: ProbabilityFlow) -> [(time: Double, weight: Double)] {
  let (process, variance) = (flow.process, flow.mixture.smallestVariance)
  let scale = flow.mixture.diameter * flow.mixture.diameter / 4 + variance
  let horizon = process.horizon
  func signal(_ t: Double) -> (w: Double, derivative: Double) {
    let (alpha, sigma2) = (process.alpha(t), process.sigmaSquared(t))
    let square = alpha * alpha * variance + sigma2
    // w' = (2αα'σ² − α²(σ²)')/s⁴.
    let change =
      2 * alpha * process.alphaDerivative(t) * sigma2
      - alpha * alpha * process.sigmaSquaredDerivative(t)
    return (alpha * alpha / square, change / (square * square))
  }
  func logarithm(_ t: Double) -> Double { -.log(onePlus: scale * signal(t).w) }
  let (first, last) = (logarithm(0), logarithm(horizon))
  func u(_ t: Double) -> Double {
    0.9 * (logarithm(t) - first) / (last - first) + 0.1 * t / horizon
  }
  let panels = 5
  return (0..<panels).flatMap { panel in
    gaussNodes.flatMap { [(-$0.x, $0.w), ($0.x, $0.w)] }.map { offset, weight in
      let t = bisect(u, (Double(panel) + 0.5 + 0.5 * offset) / Double(panels), 0, horizon)
      let (w, change) = signal(t)
      let slope = -0.9 * scale * change / ((1 + scale * w) * (last - first)) + 0.1 / horizon
      return (time: t, weight: 0.5 * weight / (Double(panels) * slope))
    }
  }
}
