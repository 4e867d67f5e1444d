import RealModule

/// An upper confidence limit of a sum that few samples may make.
public enum RareErrorLimit {
  /// The one-sided 95 % limit of the expectation of Σ c_n, c_n ≥ 0 the contributions of samples.
  ///
  /// Fay and Feuer's gamma limit (Statistics in Medicine, 1997) for weighted sums of rare events: with
  /// y = Σ c, v = Σ c² and w the largest c it is (v + w²)/(2(y + w)) times the 95 % quantile of χ² with
  /// 2(y + w)²/(v + w²) ≥ 4 degrees of freedom, here by Wilson and Hilferty's formula. It keeps one
  /// more event of the largest size in reserve, and nears y + 1.645 √v where many samples contribute.
  /// It can know nothing of events that no sample met.
  ///
  /// - Parameter contributions: not negative.
  /// - Returns: 0 if all are 0.
  public static func upper(_ contributions: [Double]) -> Double {
    let largest = contributions.reduce(0, max)
    guard largest > 0 else { return 0 }
    // In units of the largest, so that squares do not underflow.
    let sum = contributions.reduce(0) { $0 + $1 / largest } + 1
    let squares = contributions.reduce(0) { $0 + ($1 / largest) * ($1 / largest) } + 1
    let freedom = 2 * sum * sum / squares
    let spread = 2 / (9 * freedom)
    let root = 1 - spread + 1.6448536269514722 * spread.squareRoot()
    return largest * squares / (2 * sum) * freedom * root * root * root
  }
}
