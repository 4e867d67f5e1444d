import RealModule

/// When a bound is too far from what happens to place a grid by it.
public enum PoorBound {
  /// The ratio of bound to measurement above which a warning is due.
  public static let threshold = 10.0

  /// The warning for a ratio of certified to measured; nil if there is no reason for one.
  public static func warning(ratio: Double) -> String? {
    guard ratio > threshold else { return nil }
    let size =
      ratio < 1e6
      ? "\(Int(ratio.rounded())) times" : "more than a million times"
    return "the bound is \(size) what is measured; a grid from this bound may be poor"
  }
}
