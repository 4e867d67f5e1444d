import RealModule

/// e^{−z} for z ≥ 0, with z held at R beyond R: a polynomial of degree 8, then exact squarings.
///
/// The block takes h = 1 − z/R, cut off at 0, and h². With w = R/2^q it computes
/// p(h) ≈ λ e^{−w(1−h)} and squares it q times. The factor λ, within rounding of 1, is common to
/// all components and leaves responsibilities as they are.
///
/// p is the Chebyshev series of e^{wh}, cut after degree 8 and written as a square of a quartic and
/// a cubic rest, so that it takes two layers of ReQU (derived: the quartic is the completed square
/// of the five leading coefficients).
struct ExponentialBlock: Sendable {
  /// Beyond this z the result stays e^{−R}.
  let range: Double
  /// The number of squarings q.
  let squarings: Int
  /// A bound of the relative error against λ^{2^q} e^{−min(z, R)}, for the coefficients as stored.
  let relativeError: Double
  /// Hidden layers after those of h and h².
  var depth: Int { 2 + squarings }

  private typealias Quartic = (
    inner: Double, leading: Double, square: Double, linear: Double, constant: Double
  )
  private typealias Rest = (
    mixed: Double, fourth: Double, square: Double, linear: Double, constant: Double
  )

  /// The quartic a_4 (h² + a h)² + b h² + a_1 h + a_0.
  private let quartic: Quartic
  /// The rest c_1 (h² + a h)² + c_2 h⁴ + c_3 h² + c_4 h + c_0, positive through `shift`.
  private let rest: Rest
  /// What makes the rest positive; exact.
  private let shift = 2.0

  /// The block for z up to `range` with `squarings` squarings; nil if the polynomial does not fit.
  init?(range: Double, squarings: Int) {
    self.range = range
    self.squarings = squarings
    let w = range / Double(1 << squarings)
    let series = ExponentialBlock.series(w)
    let c = series.polynomial.coefficients.map(\.value)
    guard w <= 8, c[8] > 0 else { return nil }
    let a4 = c[8].squareRoot()
    let a3 = c[7] / (2 * a4)
    let a2 = (c[6] - a3 * a3) / (2 * a4)
    let a1 = (c[5] - 2 * a3 * a2) / (2 * a4)
    let a0 = (c[4] - 2 * a3 * a1 - a2 * a2) / (2 * a4)
    let inner = a3 / (2 * a4)
    let quartic = (inner, a4, a2 - a4 * inner * inner, a1, a0)
    let inside = Polynomial([0, inner, 1])
    let outer = inside * inside
    let four = Polynomial([0, 0, 0, 0, 1])
    let polynomial =
      DoubleDouble(a4) * outer + Polynomial([a0, a1, quartic.2])
    // What the square, as stored, leaves over, with h³ = (outer − h⁴ − inner² h²)/(2 inner).
    let square = polynomial * polynomial
    let left = series.polynomial + DoubleDouble(-1) * square
    let l = left.coefficients.map(\.value)
    let mixed = l[3] / (2 * inner)
    let rest = (mixed, l[4] - mixed, l[2] - mixed * inner * inner, l[1], l[0] + shift)
    let stored =
      square + DoubleDouble(rest.0) * outer + DoubleDouble(rest.1) * four
      + Polynomial([rest.4, rest.3, rest.2]) + Polynomial([-shift])
    let difference = stored + DoubleDouble(-1) * series.polynomial
    let rounding = difference.coefficients.reduce(0) { $0 + abs($1.value) }
    // The rest is positive on [0, 1] if its negative coefficients do not outweigh the constant.
    let lowest =
      rest.4 + min(rest.0, 0) * (1 + inner) * (1 + inner) + min(rest.1, 0) + min(rest.2, 0)
      + min(rest.3, 0)
    let base = .exp(w) * (series.tail + rounding) * (1 + 1e-9)
    guard lowest > 0, a1 >= 0, quartic.2 >= 0, a0 > 0, inner > 0, base < 0.1 else { return nil }
    self.quartic = quartic
    self.rest = rest
    // Six roundings of z/R: the scale of the gaps, its inverse and R.
    let power = Double(1 << squarings)
    relativeError =
      .expMinusOne(power * .log(onePlus: base) + 6 * 0x1p-53 * range) * (1 + 1e-9)
  }

  /// e^{−w/2}-scaled Chebyshev series of e^{−w(1−h)} in powers of h, and a bound of what is cut off.
  ///
  /// e^{(w/2)v} = I_0(w/2) + 2 Σ I_k(w/2) T_k(v) with v = 2h − 1 (DLMF 10.35.2).
  private static func series(_ w: Double) -> (polynomial: Polynomial, tail: Double) {
    let scale = Double.exp(-w / 2)
    var (before, current) = (Polynomial([1]), Polynomial([-1, 2]))
    var sum = DoubleDouble(scale) * (bessel(0, w / 2) * before)
    for k in 1...8 {
      sum = sum + (2 * scale) * bessel(k, w / 2) * current
      (before, current) = (
        current, Polynomial([-2, 4]) * current + DoubleDouble(-1) * before
      )
    }
    let tail = (9...40).reduce(0.0) { $0 + 2 * scale * bessel($1, w / 2).value }
    return (sum, tail)
  }

  /// The modified Bessel function I_k(x) by its power series (DLMF 10.25.2).
  private static func bessel(_ k: Int, _ x: Double) -> DoubleDouble {
    var term = DoubleDouble(1)
    for j in 0..<k { term = DoubleDouble(x / 2) * term / Double(j + 1) }
    var sum = term
    for m in 1...40 {
      term = DoubleDouble(product: x / 2, x / 2) * term / (Double(m) * Double(m + k))
      sum = sum + term
    }
    return sum
  }

  /// Adds the neurons that take h and h² of one layer to λ e^{−R(1−h)}, a signal in (0, 1 + η].
  func apply(_ h: Signal, _ squareOfH: Signal, in builder: inout NetworkBuilder) -> Signal {
    let mixed = builder.requ(squareOfH + quartic.inner * h)
    let fourth = builder.requ(squareOfH)
    let square = builder.carry(squareOfH, to: mixed.layer)
    let linear = builder.carry(h, to: mixed.layer)
    func combine(_ c: (Double, Double, Double, Double), _ constant: Double) -> Signal {
      c.0 * mixed + c.1 * fourth + c.2 * square + c.3 * linear + constant
    }
    let main = builder.requ(
      combine((quartic.leading, 0, quartic.square, quartic.linear), quartic.constant))
    let other = builder.relu(
      combine((rest.mixed, rest.fourth, rest.square, rest.linear), rest.constant))
    let largest = 1 + relativeError
    var result = (main + other + -shift).within(0...largest)
    for _ in 0..<squarings { result = builder.requ(result).within(0...largest) }
    return result
  }
}
