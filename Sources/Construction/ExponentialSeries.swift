import RealModule

/// A polynomial near e^{−y} on [0, w] as neurons, with its error.
protocol ExponentialBase: Sendable {
  /// The layers from h and h² to the polynomial.
  var layers: Int { get }

  /// About the weights of its neurons.
  var weights: Int { get }

  /// A bound of |p(y) − e^{−y}| that does not fall with y.
  func error(at y: Double) -> Double

  /// Adds the neurons that take h = 1 − y/w and h² of one layer to p.
  func apply(_ h: Signal, _ squareOfH: Signal, in builder: inout NetworkBuilder) -> Signal
}

/// The Chebyshev series of e^{−y} on [0, y_0], cut after a degree.
///
/// e^{−y} = e^{−y_0/2} (I_0 + 2 Σ (−1)^k I_k T_k(2y/y_0 − 1)), I_k at y_0/2 (DLMF 10.35.2).
struct ExponentialSeries: Sendable {
  /// The cut series in powers of y.
  let polynomial: Polynomial
  private let inner: Double
  private let degree: Int
  /// e^{−y_0/2} I_k(y_0/2) for the degrees that are cut off.
  private let cut: [Double]

  init(inner: Double, degree: Int) {
    let (half, scale) = (inner / 2, Double.exp(-inner / 2))
    let argument = Polynomial([DoubleDouble(-1), DoubleDouble(2) / inner])
    var (before, current) = (Polynomial([1]), argument)
    var sum = DoubleDouble(scale) * (ExponentialSeries.bessel(0, half) * before)
    for k in 1...degree {
      sum =
        sum + (2 * scale * (k % 2 == 0 ? 1 : -1)) * ExponentialSeries.bessel(k, half) * current
      (before, current) = (
        current, DoubleDouble(2) * (argument * current) + DoubleDouble(-1) * before
      )
    }
    polynomial = sum
    (self.inner, self.degree) = (inner, degree)
    cut = (degree + 1...degree + 52).map { scale * ExponentialSeries.bessel($0, half).value }
  }

  /// The series in powers of h = 1 − y/w.
  func polynomial(width w: Double) -> Polynomial {
    var result = Polynomial([0])
    for coefficient in polynomial.coefficients.reversed() {
      result = result * Polynomial([w, -w]) + Polynomial([coefficient])
    }
    return result
  }

  /// A bound of what is cut off, at y and below: |T_k| ≤ cosh(k arcosh(2y/y_0 − 1)) beyond y_0.
  func error(at y: Double) -> Double {
    let angle = Double.acosh(max(1, 2 * y / inner - 1))
    return cut.enumerated().reduce(0) { sum, term in
      sum + 2 * term.element * .cosh(Double(term.offset + degree + 1) * angle)
    } * (1 + 1e-9)
  }

  /// The modified Bessel function I_k(x) by its power series (DLMF 10.25.2).
  private static func bessel(_ k: Int, _ x: Double) -> DoubleDouble {
    var term = DoubleDouble(1)
    for j in 0..<k { term = DoubleDouble(x / 2) * term / Double(j + 1) }
    var sum = term
    for m in 1...30 {
      term = DoubleDouble(product: x / 2, x / 2) * term / (Double(m) * Double(m + k))
      sum = sum + term
    }
    return sum
  }
}
