/// What to fit to data, and how long to try.
public struct FitOptions: Sendable, Equatable {
  /// The number of components K, at least 1 and at most the number of samples.
  public var componentCount: Int
  /// The family of the covariances.
  public var covarianceType: CovarianceType
  /// The variance τ ≥ 0 of Gaussian noise N(0, τI) that the data are known to carry; the fitted
  /// mixture is that of the data without it.
  public var noiseVariance: Double
  /// The smallest variance (eigenvalue of a Σ_k) allowed, at least 0, in squared units of the data.
  ///
  /// Plays the part of scikit-learn's `reg_covar`, but as a bound instead of an addition.
  public var covarianceFloor: Double
  /// How many k-means starts to try, at least 1.
  public var restarts: Int
  /// The most iterations of one start, at least 0 (0 returns the start itself).
  public var maximumIterations: Int
  /// A start has converged when the mean log-likelihood of a sample grows by less than this.
  public var tolerance: Double
  /// Decides every random choice.
  public var seed: UInt64

  /// Options with the given values; the defaults of floor, tolerance and iterations are those of
  /// scikit-learn's `GaussianMixture`.
  public init(
    componentCount: Int, covarianceType: CovarianceType = .full, noiseVariance: Double = 0,
    covarianceFloor: Double = 1e-6, restarts: Int = 10, maximumIterations: Int = 100,
    tolerance: Double = 1e-3, seed: UInt64 = 0
  ) {
    self.componentCount = componentCount
    self.covarianceType = covarianceType
    self.noiseVariance = noiseVariance
    self.covarianceFloor = covarianceFloor
    self.restarts = restarts
    self.maximumIterations = maximumIterations
    self.tolerance = tolerance
    self.seed = seed
  }

  /// Throws `badParameter` for the first option that is out of range.
  public func validate() throws(MixtureError) {
    let counts = [
      ("components", componentCount, 1), ("restarts", restarts, 1),
      ("max-iterations", maximumIterations, 0),
    ]
    for (name, value, least) in counts where value < least {
      throw .badParameter(name: name, value: Double(value), requirement: "at least \(least)")
    }
    let numbers = [
      ("noise-variance", noiseVariance), ("covariance-floor", covarianceFloor),
      ("tolerance", tolerance),
    ]
    for (name, value) in numbers where !(value >= 0 && value.isFinite) {
      throw .badParameter(name: name, value: value, requirement: "finite and at least 0")
    }
  }
}

/// Where a fit stands, for progress displays and for the decision to stop it.
public struct FitProgress: Sendable, Equatable {
  /// The start being worked on, from 0.
  public let restart: Int
  /// Iterations done in it; 0 is the start itself.
  public let iteration: Int
  /// The mean log-likelihood of a sample after that iteration, in nats.
  public let meanLogLikelihood: Double
}
