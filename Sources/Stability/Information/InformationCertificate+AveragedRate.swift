import Mixtures
import ProbabilityFlow

extension InformationCertificate {
  /// A bound on E ½g²‖Cov_γ(g)‖ under p_t: how fast doubt between modes parts trajectories on average.
  ///
  /// For components of one covariance it is the minimum over r of
  /// r² + Σ_{i<j} R_ij (R_ij − 2r)₊ ∫min(w_i p_i, w_j p_j) with R_ij = ‖C^{-1}α(μ_i − μ_j)‖, or the
  /// linear estimate's error if that is less; otherwise the Chernoff form or a moment bound.
  /// Rates are per unit of the process's time, and the same in all state variables z = κx: the score
  /// scales by 1/κ, g by κ.
  public func averagedRate(_ t: Double) -> Double { conflict.rate(t, probability: 1) }

  /// The simpler bound of theory.md: the least of Σ_{i<j} R_ij² ∫min(w_i p_i, w_j p_j), the linear
  /// estimate's error and ¼ max R_ij²; the Chernoff form for unequal covariances.
  public func pairwiseAveragedRate(_ t: Double) -> Double { conflict.plainRate(t) }

  /// A bound on E[½g²‖Cov_γ(g)‖ | A] for every event A of at least this probability.
  ///
  /// - Precondition: 0 < probability ≤ 1.
  public func conditionalRate(_ t: Double, probability: Double) -> Double {
    precondition(probability > 0 && probability <= 1, "probability \(probability)")
    return conflict.rate(t, probability: probability)
  }

  /// The running integral of `averagedRate`, by quadrature whose panels agree to 1e-7 of the total.
  public var averagedIntegral: RunningIntegral { conflict.integral(probability: 1) }

  /// Whether the integrals of the rates, and so `highProbability`, take at most a few seconds.
  ///
  /// Always so for one covariance. Unequal ones need a few hundred times K²d operations, and K²d³ if
  /// full.
  public var ratesAreCheap: Bool { conflict.isCheap }
}
