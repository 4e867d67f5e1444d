public import Stability

/// What is known of the exact samples that a sampler is compared with: estimates.
public struct ReferenceSummary: Sendable, Equatable {
  /// −E log p_e(y) of the teacher's samples, the entropy of p_e, in nats.
  public let negativeLogLikelihood: Estimate
  /// The sliced Wasserstein distance between the teacher's samples and as many independent exact ones: a
  /// difference that as many independent samples could not show.
  public let wassersteinFloor: Estimate
  /// Estimated error of the teacher, relative to the root mean square of ‖y‖.
  public let teacherError: Double
}

/// How far the end states x̂ of a sampler on a grid are from the teacher's y, from the same noise: estimates.
public struct GridMeasurement: Sendable, Equatable {
  /// Σ‖x̂ − y‖²/Σ‖y‖², with its standard error by the delta method.
  public let relativeError: Estimate
  /// The sliced Wasserstein distance of order 2 between the laws of x̂ and y.
  public let slicedWasserstein: Estimate
  /// 2E‖x̂ − y'‖ − E‖x̂ − x̂'‖ − E‖y − y'‖, primes being independent copies.
  public let energyDistance: Estimate
  /// −E log p_e(x̂), in nats.
  public let negativeLogLikelihood: Estimate
  /// E log p_e(y) − E log p_e(x̂), in nats, by pairs; negative where a sampler keeps to the likeliest places.
  public let excessNegativeLogLikelihood: Estimate
}

extension GridMeasurement {
  /// The measures with their names in files.
  static let measures: [(name: String, value: @Sendable (GridMeasurement) -> Estimate)] = [
    ("relative_mse", { $0.relativeError }), ("sliced_wasserstein", { $0.slicedWasserstein }),
    ("energy_distance", { $0.energyDistance }),
    ("negative_log_likelihood", { $0.negativeLogLikelihood }),
    ("excess_negative_log_likelihood", { $0.excessNegativeLogLikelihood }),
  ]

  /// Whether no measure overflowed.
  var isFinite: Bool {
    GridMeasurement.measures.allSatisfy { _, value in
      value(self).value.isFinite && value(self).standardError.isFinite
    }
  }
}
