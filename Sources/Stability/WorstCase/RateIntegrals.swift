import Mixtures
import ProbabilityFlow

/// The running integrals of worst-case rates, each computed when first asked for.
struct RateIntegrals: Sendable {
  /// Of the published two-sided bound.
  let published: LazyIntegral
  /// Of the sharper two-sided bound.
  let norm: LazyIntegral
  /// Of the bound on λ_max(−∇v).
  let parting: LazyIntegral
  /// Of the bound on λ_max(∇v).
  let stretch: LazyIntegral

  init(_ rates: any WorstCaseRates, _ process: any ForwardProcess, _ state: StateVariables) {
    func integral(
      _ tolerance: Double, _ rate: @escaping @Sendable (FlowMoment) -> Double
    ) -> LazyIntegral {
      LazyIntegral {
        // In units of log-amplification.
        RunningIntegral(over: process.horizon, tolerance: tolerance, unit: 1) { t in
          rate(FlowMoment(process, t, state))
        }
      }
    }
    // The maxima over pairs have kinks, which cost panels; the published form is cheap and smooth.
    published = integral(rates is SharedRates ? 1e-13 : 1e-9) { rates.published($0) }
    norm = integral(1e-9) { rates.ends($0).norm }
    parting = integral(1e-9) { rates.ends($0).parting }
    stretch = integral(1e-9) { rates.ends($0).stretch }
  }
}
