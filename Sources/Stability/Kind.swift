/// Whether a number is proved or measured.
public enum Kind: String, Sendable, Equatable {
  /// Proved: for all x, in expectation, or with a stated probability.
  case certificate
  /// Measured or fitted, with an error of its own.
  case estimate
}
