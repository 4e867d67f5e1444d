public import Stability

/// One segment's part in the end-to-end error of a chain of students.
public struct SegmentBudget: Sendable, Equatable {
  /// The time at which the segment starts.
  public let from: Double
  /// The time at which it ends.
  public let to: Double
  /// The root mean square over samples of ‖Ψ_k(z_{k−1}) − Φ_k(z_{k−1})‖, on the student's own states.
  public let localError: Double
  /// The same as a relative mean squared error: Σ‖Ψ_k − Φ_k‖²/Σ‖Φ_k‖², an estimate.
  public let localRelativeError: Estimate
  /// The root mean square of the contribution c_k over that of the local error: what the rest of
  /// the flow makes of it.
  public let measuredAmplification: Double
  /// The one-sided certificate Lip(Φ_{0←t_k}); infinite if none is known, nil for a learned flow
  /// or if certificates were left out.
  public let certifiedAmplification: Double?
  /// ⟨c_k, e⟩/‖e‖²: the signed share of the end-to-end error.
  ///
  /// Shares add to 1.
  public let share: Double

  /// Certified over measured amplification: how far the certificate is from what happens.
  public var amplificationRatio: Double? {
    certifiedAmplification.map { $0 / measuredAmplification }
  }
}

/// How well a chain of students reproduces the flow map Φ_{0←T}: all estimates, from fresh samples
/// of p_T.
public struct Evaluation: Sendable {
  /// Σ‖ŷ − y‖²/Σ‖y‖², the end-to-end relative mean squared error, with its delta-method error.
  public let relativeError: Estimate
  /// −E log p_0(ŷ), in nats; nil for a learned flow, whose density is not known.
  public let negativeLogLikelihood: Estimate?
  /// The same for the teacher's samples: what is attainable.
  public let teacherNegativeLogLikelihood: Estimate?
  /// The error by segment, exact up to the teacher's own error: by the telescoping identity
  /// e = Σ_k c_k with c_k = Φ_{0←t_k}(z_k) − Φ_{0←t_{k−1}}(z_{k−1}).
  public let segments: [SegmentBudget]
  /// ‖Σ_k c_k − e‖/‖e‖ over all samples: how well the budget adds up numerically.
  public let budgetDefect: Double
  /// A plain warning if the certificate of some segment is far from what was measured there.
  public var warning: String? {
    PoorBound.warning(ratio: segments.compactMap(\.amplificationRatio).reduce(0, max))
  }
  /// The number of samples.
  public let sampleCount: Int
  /// Estimated error of the teacher, relative to E‖y‖ (root mean square).
  public let teacherError: Double
  /// How far samples are from real data, if there were any to compare with.
  public var quality: SampleQuality?
}
