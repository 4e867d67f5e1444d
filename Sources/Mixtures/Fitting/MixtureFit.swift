import RealModule

/// A mixture fitted by expectation–maximisation, and how the fit went.
///
/// Log-likelihoods are means over the samples, in nats, of the data as given under the mixture
/// with the noise N(0, τI) added.
public struct MixtureFit: Sendable, Equatable {
  /// The mixture of the clean data: noise already taken out.
  public let mixture: GaussianMixture
  /// The options it was fitted with.
  public let options: FitOptions
  /// The number of samples N.
  public let sampleCount: Int
  /// The smallest variance that was allowed: the option, or more where the rounding of data of
  /// this size demands it.
  public let covarianceFloor: Double
  /// The log-likelihood at the best start's beginning and after each of its iterations; it never
  /// decreases beyond rounding.
  ///
  /// The last entry belongs to `mixture`.
  public let trace: [Double]
  /// Whether the best start met the tolerance.
  public let isConverged: Bool
  /// The index of the best start.
  public let bestRestart: Int
  /// The final log-likelihood of every start that was run.
  public let restartLogLikelihoods: [Double]
  /// Whether the progress callback ended the fit early.
  public let wasStopped: Bool

  /// The mean log-likelihood of a sample under `mixture` with noise.
  public var meanLogLikelihood: Double { trace[trace.count - 1] }
  /// Iterations of the best start.
  public var iterations: Int { trace.count - 1 }
  /// The number p of free parameters, as scikit-learn counts them.
  public var parameterCount: Int {
    options.covarianceType.parameters(
      components: mixture.componentCount, dimension: mixture.dimension)
  }
  /// Akaike's criterion 2p − 2N·(mean log-likelihood); smaller is better.
  public var aic: Double {
    2 * Double(parameterCount) - 2 * Double(sampleCount) * meanLogLikelihood
  }
  /// The Bayesian criterion p log N − 2N·(mean log-likelihood); smaller is better.
  public var bic: Double {
    Double(parameterCount) * .log(Double(sampleCount))
      - 2 * Double(sampleCount) * meanLogLikelihood
  }
}
