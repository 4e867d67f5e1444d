public import Formats

/// The proof of a score in time as numbers.
///
/// sup over `times` of ‖ŝ − s‖_{L^p(p_t)} ≤ `bounds`[p], in exact arithmetic on the coefficients as
/// stored, in units of ‖s‖_{L^p(p_t)} if `isRelative`.
public struct TimeScoreCertificate: Sendable, Equatable {
  /// The times it holds for.
  public let times: ClosedRange<Double>
  /// Whether the bounds are in units of ‖s‖_{L^p(p_t)}.
  public let isRelative: Bool
  /// The bounds for p = 1, 2, 4.
  public let bounds: [Double]
  /// The bound of |α̂ − α|.
  public let alphaError: Double
  /// The relative error of 1/s² beyond what s² passes on.
  public let reciprocalError: Double
  /// What exponentials and responsibilities move the average of the means by at most.
  public let averageError: Double

  /// The powers p of `bounds`.
  public static let powers: [Double] = TimeCells.powers
  /// The largest of the bounds.
  public var errorBound: Double { bounds.reduce(0, max) }

  /// The certificate for files and `--json`.
  public var json: JSON {
    [
      "norm": "l1, l2, l4 uniformly in time", "relative": .bool(isRelative),
      "times": [.number(times.lowerBound), .number(times.upperBound)],
      "error_bound": .number(errorBound), "l1": .number(bounds[0]), "l2": .number(bounds[1]),
      "l4": .number(bounds[2]), "alpha_error": .number(alphaError),
      "reciprocal_error": .number(reciprocalError), "average_error": .number(averageError),
    ]
  }
}
