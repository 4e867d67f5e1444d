import RealModule

/// The quantile of the Beta(a, b) distribution at p in [0, 1].
///
/// Bisection of the regularised incomplete beta function; the absolute error is near rounding.
/// - Precondition: a and b are positive.
func betaQuantile(_ p: Double, _ a: Double, _ b: Double) -> Double {
  precondition(a > 0 && b > 0, "Beta(\(a), \(b))")
  if p <= 0 { return 0 }
  if p >= 1 { return 1 }
  var (low, high) = (0.0, 1.0)
  while true {
    let middle = 0.5 * (low + high)
    if middle <= low || middle >= high { return middle }
    if incompleteBeta(middle, a, b) < p { low = middle } else { high = middle }
  }
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22).
func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  if x <= 0 { return 0 }
  if x >= 1 { return 1 }
  // The fraction converges fast below the mean; above it the symmetry leads there.
  if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
  let logFactor =
    Double.logGamma(a + b) - .logGamma(a) - .logGamma(b) + a * .log(x) + b * .log(onePlus: -x)
  // Lentz's method: quotients of neighbouring numerators and denominators.
  let tiny = 1e-300
  var (c, d) = (1.0, 1 / nonZero(1 - (a + b) * x / (a + 1)))
  var value = d
  for m in 1...10_000 {
    let k = Double(m)
    let even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))
    let odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
    var change = 1.0
    for term in [even, odd] {
      d = 1 / nonZero(1 + term * d)
      c = nonZero(1 + term / c)
      change = c * d
      value *= change
    }
    if abs(change - 1) < 1e-16 { break }
  }
  return .exp(logFactor) * value / a

  func nonZero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
}
