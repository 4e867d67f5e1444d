import RealModule

/// One-dimensional suprema that measure how strongly two components of different covariance can be
/// in conflict, given the largest value κ of their log-ratio.
///
/// Each function has one stationary point, found by Newton's method within a bracket of a monotone equation;
/// the value is then exact to the square of its error.
enum ConflictMaxima {
  /// max over ℓ ≤ κ of 2p(1−p)(κ − ℓ) − p, p = 1/(1 + e^{−ℓ}).
  ///
  /// Stationary where (κ − ℓ) tanh(−ℓ/2) = 3/2: both factors fall on ℓ < min(0, κ), and beyond the
  /// function falls.
  static func twoComponents(_ kappa: Double) -> Double {
    let end = min(0, kappa)
    let l = root(end - 4, end) { l in
      let tanh = Double.tanh(-0.5 * l)
      return ((kappa - l) * tanh - 1.5, -tanh - 0.5 * (kappa - l) * (1 - tanh * tanh))
    }
    let p = 1 / (1 + Double.exp(-l))
    return outward(2 * p * (1 - p) * (kappa - l) - p)
  }

  /// max over 0 ≤ q ≤ 1 of c q(1−q)(κ − log q)₊ − q.
  ///
  /// Stationary where κ − log q = (c(1−q) + 1)/(c(1−2q)): the left side falls and the right side rises on
  /// q < ½, and beyond the function falls. For q ≤ ¼ the right side is at most 2 + 2/c.
  static func manyComponents(_ kappa: Double, factor c: Double) -> Double {
    let start = min(.log(0.25), kappa - 2 - 2 / c)
    let s = root(start, min(.log(0.5), kappa)) { s in
      let q = Double.exp(s)
      let rest = kappa - s
      return (
        c * (1 - 2 * q) * rest - c * (1 - q) - 1, -2 * c * q * rest - c * (1 - 2 * q) + c * q
      )
    }
    let q = Double.exp(s)
    return outward(c * q * (1 - q) * (kappa - s) - q)
  }

  /// The zero of a falling function, given with its derivative, between a place where it is positive and
  /// one where it is not.
  private static func root(
    _ a: Double, _ b: Double, _ f: (Double) -> (value: Double, derivative: Double)
  ) -> Double {
    var (low, high) = (a, b)
    var x = 0.5 * (a + b)
    // Halvings alone are down to rounding after as many.
    for _ in 0..<60 {
      let (value, derivative) = f(x)
      if value > 0 { low = x } else { high = x }
      let step = x - value / derivative
      let next = step > low && step < high ? step : 0.5 * (low + high)
      // The value there is off by the square of this.
      if abs(next - x) <= 1e-9 * (1 + abs(x)) { return next }
      x = next
    }
    return x
  }

  /// Not below the supremum: it is positive, and rounding is far below this.
  private static func outward(_ value: Double) -> Double { max(0, value) * (1 + 1e-13) }
}
