import RealModule

/// e^{−y} on [0, w] as a polynomial of degree 8 in two layers of ReQU.
///
/// e^{−y} = e^{−y_0/2} (I_0 + 2 Σ (−1)^k I_k T_k(2y/y_0 − 1)), I_k at y_0/2 (DLMF 10.35.2), cut after
/// degree 8. The result is a square of a quartic and a cubic rest, where the quartic completes the
/// square of the five leading coefficients (derived) and y³ comes from (y + b)⁴ and y⁴.
struct ExponentialPolynomial: ExponentialBase {
  /// A combination of (y + b)⁴, y⁴, h², h and 1.
  private typealias Combination = (
    shifted: Double, fourth: Double, square: Double, linear: Double, constant: Double
  )

  private let series: ExponentialSeries
  /// What rounded coefficients change on [0, w] at most.
  private let rounding: Double
  /// (y + b)² and y² as stored: of h², h and 1.
  private let shiftedSquare: (square: Double, linear: Double, constant: Double)
  private let plainSquare: (square: Double, linear: Double, constant: Double)
  private let quartic: Combination
  private let rest: Combination
  /// What makes the rest positive; exact.
  private static let shift = 2.0

  /// The polynomial for y = w (1 − h) with `width` w and `inner` y_0.
  init?(width w: Double, inner: Double) {
    let series = ExponentialSeries(inner: inner, degree: 8)
    self.series = series
    let c = series.polynomial.coefficients.map(\.value)
    guard c[8] > 0 else { return nil }
    let a4 = c[8].squareRoot()
    let a3 = c[7] / (2 * a4)
    let a2 = (c[6] - a3 * a3) / (2 * a4)
    let a1 = (c[5] - 2 * a3 * a2) / (2 * a4)
    let a0 = (c[4] - 2 * a3 * a1 - a2 * a2) / (2 * a4)
    let b = a3 / (4 * a4)
    /// α₂y² + α₁y + α₀ in h², h and 1.
    func inH(_ square: Double, _ linear: Double, _ constant: Double) -> (Double, Double, Double) {
      (
        square * w * w, -w * (2 * square * w + linear),
        (square * w + linear) * w + constant
      )
    }
    shiftedSquare = inH(1, 2 * b, b * b)
    plainSquare = inH(1, 0, 0)
    func polynomial(_ part: (Double, Double, Double)) -> Polynomial {
      Polynomial([part.2, part.1, part.0])
    }
    let outer = polynomial(shiftedSquare) * polynomial(shiftedSquare)
    let four = polynomial(plainSquare) * polynomial(plainSquare)
    func combined(_ c: Combination) -> Polynomial {
      DoubleDouble(c.shifted) * outer + DoubleDouble(c.fourth) * four
        + polynomial((c.square, c.linear, c.constant))
    }
    let lower = inH(a2 - 6 * b * b * a4, a1 - 4 * b * b * b * a4, a0 - b * b * b * b * a4)
    quartic = (a4, 0, lower.0, lower.1, lower.2)
    // What the square leaves over in powers of y, a cubic.
    let root = Polynomial([a0, a1, a2, a3, a4])
    let left = (series.polynomial + DoubleDouble(-1) * (root * root)).coefficients.map(\.value)
    let mixed = left[3] / (4 * b)
    let remaining = inH(
      left[2] - 6 * b * b * mixed, left[1] - 4 * b * b * b * mixed,
      left[0] - b * b * b * b * mixed + ExponentialPolynomial.shift)
    rest = (mixed, left[4] - mixed, remaining.0, remaining.1, remaining.2)
    let square = combined(quartic) * combined(quartic)
    let stored = square + combined(rest) + Polynomial([-ExponentialPolynomial.shift])
    let target = series.polynomial(width: w)
    let difference = stored + DoubleDouble(-1) * target
    // Rounding can make (y + b)² negative by 1e-14 where it vanishes; its square then misses 1e-28.
    rounding = difference.coefficients.reduce(1e-27) { $0 + abs($1.value) }
    guard ExponentialPolynomial.isPositive(combined(quartic)),
      ExponentialPolynomial.isPositive(combined(rest))
    else { return nil }
  }

  func error(at y: Double) -> Double { series.error(at: y) + rounding * (1 + 1e-9) }

  /// Whether a polynomial is positive on [0, 1]: on each of 256 cells its value at the middle
  /// exceeds what its derivative can change.
  private static func isPositive(_ polynomial: Polynomial) -> Bool {
    let c = polynomial.coefficients.map(\.value)
    let slope = c.enumerated().reduce(0) { $0 + Double($1.offset) * abs($1.element) }
    return (0..<256).allSatisfy { cell in
      let x = (Double(cell) + 0.5) / 256
      return c.reversed().reduce(0) { $0 * x + $1 } > slope / 512
    }
  }

  var layers: Int { 2 }
  var weights: Int { 14 }

  func apply(_ h: Signal, _ squareOfH: Signal, in builder: inout NetworkBuilder) -> Signal {
    func affine(_ c: (square: Double, linear: Double, constant: Double)) -> Signal {
      c.square * squareOfH + c.linear * h + c.constant
    }
    let shifted = builder.requ(affine(shiftedSquare))
    let fourth = builder.requ(affine(plainSquare))
    let square = builder.carry(squareOfH, to: shifted.layer)
    let linear = builder.carry(h, to: shifted.layer)
    func combine(_ c: Combination) -> Signal {
      c.shifted * shifted + c.fourth * fourth + c.square * square + c.linear * linear + c.constant
    }
    return builder.requ(combine(quartic)) + builder.relu(combine(rest))
      + -ExponentialPolynomial.shift
  }
}
