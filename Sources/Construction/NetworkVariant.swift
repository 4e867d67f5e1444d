/// How a network is laid out.
public enum NetworkVariant: String, Sendable, CaseIterable {
  /// Neurons of both kinds in a layer: the smallest.
  case mixed
  /// Each layer all ReLU or all ReQU, as in the paper.
  case pure
  /// The polynomial's degree grows with log(1/ε), so that the depth grows with log log(1/ε).
  case logLog = "log-log"
  /// Responsibilities clipped to exactly 0 and 1, and m̄ − x before the division by the covariance:
  /// in float32 as accurate as the closed form where one component prevails.
  case single
}
