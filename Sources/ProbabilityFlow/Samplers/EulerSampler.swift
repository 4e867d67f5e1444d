public import Arrays
import Mixtures
import RealModule

/// Euler's method for dx̂/dσ̂ = (x̂ − E[X_0|x])/σ̂, x̂ = x/α: DDIM without noise (Song et al., 2021).
///
/// One step is x_s = (σ_s/σ_t) x_t + (α_s − α_t σ_s/σ_t) E[X_0|x_t], regular where α = 0. A last step to
/// noise level 0 gives the denoised state itself.
public enum EulerSampler: FewStepSampler {
  public static let name = "euler"
  public static let summary = "Euler in noise level, which is DDIM (Song et al., 2021)"
  public static let order = 1

  public static func evaluations(segments n: Int, endsAtZero: Bool) -> Int { n }

  public static func run(
    _ flow: ProbabilityFlow, _ x: Matrix<Double>, along times: [Double]
  ) -> Matrix<Double> {
    let process = flow.process
    return zip(times, times.dropFirst()).reduce(x) { state, times in
      let (t, s) = times
      let ratio = (process.sigmaSquared(s) / process.sigmaSquared(t)).squareRoot()
      let weight = process.alpha(s) - process.alpha(t) * ratio
      var next = flow.marginal(at: t).posteriorMean(state)
      for i in next.elements.indices {
        next.elements[i] = ratio * state.elements[i] + weight * next.elements[i]
      }
      return next
    }
  }
}
