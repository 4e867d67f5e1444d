import RealModule

/// A number with its partial derivatives: forward-mode automatic differentiation.
///
/// The rules are those of first-order Taylor polynomials, exact up to rounding. A constant has no
/// partial derivatives at all.
struct DualNumber: SamplerScalar {
  let value: Double
  /// By variable; empty if all are 0.
  let partials: [Double]

  init(_ value: Double) { self.init(value, []) }

  init(_ value: Double, _ partials: [Double]) { (self.value, self.partials) = (value, partials) }

  /// f(a, b) with the derivatives of f with respect to either.
  private static func chain(
    _ value: Double, _ a: DualNumber, _ da: Double, _ b: DualNumber, _ db: Double
  ) -> DualNumber {
    if b.partials.isEmpty { return DualNumber(value, a.partials.map { $0 * da }) }
    if a.partials.isEmpty { return DualNumber(value, b.partials.map { $0 * db }) }
    return DualNumber(value, zip(a.partials, b.partials).map { $0 * da + $1 * db })
  }

  static func log(_ x: DualNumber) -> DualNumber {
    DualNumber(.log(x.value), x.partials.map { $0 / x.value })
  }
  static func squareRoot(_ x: DualNumber) -> DualNumber {
    let root = x.value.squareRoot()
    return DualNumber(root, x.partials.map { $0 / (2 * root) })
  }
  static func + (a: DualNumber, b: DualNumber) -> DualNumber {
    chain(a.value + b.value, a, 1, b, 1)
  }
  static func - (a: DualNumber, b: DualNumber) -> DualNumber {
    chain(a.value - b.value, a, 1, b, -1)
  }
  static func * (a: DualNumber, b: DualNumber) -> DualNumber {
    chain(a.value * b.value, a, b.value, b, a.value)
  }
  static func / (a: DualNumber, b: DualNumber) -> DualNumber {
    let quotient = a.value / b.value
    return chain(quotient, a, 1 / b.value, b, -quotient / b.value)
  }
}
