import RealModule

/// The density of times on an interval (a, u) that makes the estimate of KLUB constant for Gaussian data.
///
/// π(t) ∝ t^{−3} w(t), w(t) = 1/(t² + c²) − 1/(u² + c²): for data N(0, c²I) the expected squared change of
/// the denoised state is c⁴d w(t) (derived; AYS, appendix A.3, has no square there either).
package struct ImportanceDensity: Sendable {
  /// The ends of the interval.
  package let lower, upper: Double
  /// c².
  package let variance: Double

  /// The density on (lower, upper) for data of variance c².
  package init(lower: Double, upper: Double, variance: Double) {
    (self.lower, self.upper, self.variance) = (lower, upper, variance)
  }

  /// w(t).
  package func weight(_ t: Double) -> Double {
    (upper - t) * (upper + t) / ((t * t + variance) * (upper * upper + variance))
  }

  /// ∫_t^u s^{−3} w(s) ds, in closed form.
  package func mass(above t: Double) -> Double {
    let (y, top) = (t * t, upper * upper)
    let rational = (1 / y - 1 / top) / (top + variance)
    let logarithmic = (excess(variance / y) - excess(variance / top)) / (variance * variance)
    return (logarithmic - rational) / 2
  }

  /// The mass of the interval.
  package var total: Double { mass(above: lower) }

  /// The time above which a share `q` of the mass lies, by Newton's method inside a bracket.
  package func quantile(_ q: Double) -> Double {
    let target = q * total
    var (low, high) = (lower, upper)
    var t = (low * high).squareRoot()
    for _ in 0..<100 {
      let difference = mass(above: t) - target
      if difference > 0 { low = t } else { high = t }
      let newton = t + difference * t * t * t / weight(t)
      let next = newton > low && newton < high ? newton : (low * high).squareRoot()
      defer { t = next }
      if abs(next - t) <= 1e-12 * t { break }
    }
    return t
  }
}

/// r − log(1 + r), without cancellation for small r.
private func excess(_ r: Double) -> Double {
  guard r < 0.01 else { return r - .log(onePlus: r) }
  // Σ_{k≥2} (−1)^k r^k/k; the tenth term is below 1e-18 of the first.
  var (term, sum) = (r, 0.0)
  for k in 2...10 {
    term *= -r
    sum -= term / Double(k)
  }
  return sum
}
