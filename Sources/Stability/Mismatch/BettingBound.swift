import RealModule

/// A lower confidence bound on the mean of a non-negative variable, without any bound from above.
///
/// Let V_1 … V_B be independent copies with mean μ. For θ in [0, 1) the products
/// Π_b (1 − θ + θV_b/μ) are non-negative and have mean 1, hence so has their average over any fixed
/// list of θ, and by Markov's inequality that average reaches 1/δ with probability at most δ. It
/// decreases in μ, so the μ at which it equals 1/δ is below the mean with probability at least 1 − δ.
/// (A bet on each value; Waudby-Smith and Ramdas, 2024. Proof as given, for a fixed B.)
package enum BettingBound {
  /// The stakes θ: small ones suit scattered values, large ones nearly equal values.
  private static let stakes = [
    0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 0.999,
  ]

  /// The bound that fails with probability at most δ; 0 if the values prove nothing.
  ///
  /// - Precondition: no value is negative; 0 < δ < 1.
  package static func lowerBound(_ values: [Double], failure delta: Double) -> Double {
    precondition(values.allSatisfy { $0 >= 0 } && delta > 0 && delta < 1, "failure \(delta)")
    let mean = values.reduce(0, +) / Double(max(values.count, 1))
    guard mean > 0, mean.isFinite else { return 0 }
    // Logarithms of μ/mean; at 1 the products need not exceed 1/δ, at 0 they are infinite.
    var (low, high) = (-700.0, 0.0)
    let scaled = values.map { $0 / mean }
    guard logCapital(scaled, .exp(low)) >= -.log(delta) else { return 0 }
    for _ in 0..<50 {
      let middle = 0.5 * (low + high)
      if logCapital(scaled, .exp(middle)) >= -.log(delta) { low = middle } else { high = middle }
    }
    return mean * .exp(low)
  }

  /// The logarithm of the average product.
  private static func logCapital(_ values: [Double], _ mu: Double) -> Double {
    let products = stakes.map { theta in
      values.reduce(0.0) { $0 + .log(1 - theta + theta * ($1 / mu)) }
    }
    let top = products.reduce(-.infinity, max)
    let sum = products.reduce(0.0) { $0 + .exp($1 - top) }
    return top + .log(sum / Double(products.count))
  }
}
