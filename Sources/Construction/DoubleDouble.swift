/// An unevaluated sum of two doubles: about 32 digits, for the errors of stored coefficients.
///
/// Algorithms: Dekker (1971); an operation's relative error is below 2⁻¹⁰⁰.
struct DoubleDouble: Sendable {
  let high: Double
  let low: Double

  init(_ value: Double) { (high, low) = (value, 0) }

  /// The exact sum a + b.
  init(sum a: Double, _ b: Double) {
    let sum = a + b
    let part = sum - a
    (high, low) = (sum, (a - (sum - part)) + (b - part))
  }

  /// The exact product a b.
  init(product a: Double, _ b: Double) {
    let product = a * b
    (high, low) = (product, (-product).addingProduct(a, b))
  }

  /// The nearest double.
  var value: Double { high + low }

  static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let (s, t) = (DoubleDouble(sum: a.high, b.high), DoubleDouble(sum: a.low, b.low))
    let first = DoubleDouble(sum: s.high, s.low + t.high)
    return DoubleDouble(sum: first.high, first.low + t.low)
  }

  static func - (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble { a + -1.0 * b }

  static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let product = DoubleDouble(product: a.high, b.high)
    return DoubleDouble(sum: product.high, product.low + (a.high * b.low + a.low * b.high))
  }

  static func * (a: Double, b: DoubleDouble) -> DoubleDouble { DoubleDouble(a) * b }

  static func / (a: DoubleDouble, b: Double) -> DoubleDouble {
    let first = a.high / b
    let rest = a - DoubleDouble(product: first, b)
    return DoubleDouble(sum: first, rest.value / b)
  }
}

/// Polynomials by their coefficients, lowest first.
struct Polynomial: Sendable {
  var coefficients: [DoubleDouble]

  init(_ coefficients: [DoubleDouble]) { self.coefficients = coefficients }
  init(_ coefficients: [Double]) { self.coefficients = coefficients.map { DoubleDouble($0) } }

  static func + (a: Polynomial, b: Polynomial) -> Polynomial {
    let zero = DoubleDouble(0)
    return Polynomial(
      (0..<max(a.coefficients.count, b.coefficients.count)).map { j in
        (j < a.coefficients.count ? a.coefficients[j] : zero)
          + (j < b.coefficients.count ? b.coefficients[j] : zero)
      })
  }

  static func * (a: Polynomial, b: Polynomial) -> Polynomial {
    var result = Polynomial(
      [Double](repeating: 0, count: a.coefficients.count + b.coefficients.count - 1))
    for (i, x) in a.coefficients.enumerated() {
      for (j, y) in b.coefficients.enumerated() {
        result.coefficients[i + j] = result.coefficients[i + j] + x * y
      }
    }
    return result
  }

  static func * (factor: DoubleDouble, a: Polynomial) -> Polynomial {
    Polynomial(a.coefficients.map { factor * $0 })
  }
}
