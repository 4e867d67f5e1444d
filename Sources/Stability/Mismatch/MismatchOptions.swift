/// How a mismatch bound is computed.
public struct MismatchOptions: Sendable, Equatable {
  /// Points at which the flow map enters the bound, for each family of batches.
  public var samples: Int
  /// Points in a batch: larger batches prove more each, but there are fewer of them.
  public var batch: Int
  /// The probability with which each printed bound holds.
  public var confidence: Double
  /// The seed.
  public var seed: UInt64
  /// The local error allowed to the teacher.
  public var teacherTolerance = 1e-7

  /// Options with the given values.
  ///
  /// - Precondition: at least two batches of at least four points; 0 < confidence < 1.
  public init(
    samples: Int = 16_384, batch: Int = 64, confidence: Double = 0.99, seed: UInt64 = 0
  ) {
    precondition(
      batch >= 4 && samples >= 2 * batch && confidence > 0 && confidence < 1,
      "\(samples) samples in batches of \(batch) at confidence \(confidence)")
    (self.samples, self.batch, self.confidence, self.seed) = (samples, batch, confidence, seed)
  }

  var batchCount: Int { samples / batch }
}
