import RealModule

/// e^{−y} on [0, w] as a polynomial of degree 2^m − 1 in m − 1 layers: a tree of products.
///
/// A polynomial of 2^j coefficients is h^{2^{j−1}} times its upper half plus its lower half, and the
/// powers h², h⁴, h⁸ … come from one squaring each. Depth grows with the logarithm of the degree,
/// neurons with the degree (derived; the scheme is that of Paterson and Stockmeyer, 1973).
struct ExponentialTree: ExponentialBase {
  let layers: Int
  private let series: ExponentialSeries
  private let coefficients: [Double]
  /// What rounded coefficients change for h in [0, 1] at most.
  private let rounding: Double

  /// The polynomial of degree 2^`levels` − 1 for y = w (1 − h), fitted on [0, `inner`].
  ///
  /// - Precondition: at least 2 levels.
  init(width w: Double, inner: Double, levels: Int) {
    precondition(levels >= 2, "\(levels) levels")
    layers = levels - 1
    series = ExponentialSeries(inner: inner, degree: (1 << levels) - 1)
    let target = series.polynomial(width: w)
    coefficients = ExponentialTree.stored(target.coefficients.prefix(1 << levels).map(\.value))
    let difference =
      ExponentialTree.effective(coefficients) + DoubleDouble(-1) * target
    // The target's own digits: its terms in powers of y are below e^w at y = w.
    rounding = difference.coefficients.reduce(.exp(w) * 1e-28) { $0 + abs($1.value) }
  }

  // Each pair of cubics takes three neurons of four or five weights, higher pairs a few more.
  var weights: Int { 4 * coefficients.count }

  func error(at y: Double) -> Double { series.error(at: y) + rounding * (1 + 1e-9) }

  /// Four coefficients c become weights of 1, h, h² and h³, where h³ = ½((h² + h)² − h⁴ − h²) takes
  /// ½c_3 from the weight of h².
  private static func stored(_ target: [Double]) -> [Double] {
    target.indices.map { $0 % 4 == 2 ? target[$0] - 0.5 * target[$0 + 1] : target[$0] }
  }

  /// The polynomial that stored weights make, exactly.
  private static func effective(_ stored: [Double]) -> Polynomial {
    Polynomial(
      stored.indices.map {
        $0 % 4 == 2 ? DoubleDouble(sum: stored[$0], 0.5 * stored[$0 + 1]) : DoubleDouble(stored[$0])
      })
  }

  func apply(_ h: Signal, _ squareOfH: Signal, in builder: inout NetworkBuilder) -> Signal {
    let unit = 0.0...1.0
    let mixed = builder.requ((squareOfH + h).within(0...2))
    var power = builder.requ(squareOfH.within(unit))
    let basis = [builder.carry(h, to: mixed.layer), builder.carry(squareOfH, to: mixed.layer)]
    var parts = stride(from: 0, to: coefficients.count, by: 4).map { first in
      let c = Array(coefficients[first..<first + 4])
      let lower: Signal = c[1] * basis[0] + c[2] * basis[1] + c[0]
      let cubic = lower + 0.5 * c[3] * (mixed - power)
      return Part(cubic, ExponentialTree.effective(c))
    }
    while parts.count > 1 {
      let square = builder.requ(power).within(unit)
      parts = stride(from: 0, to: parts.count, by: 2).map { n in
        parts[n].joined(with: parts[n + 1], times: power, squareOfPower: square, in: &builder)
      }
      power = square
    }
    return parts[0].signal
  }

  /// A polynomial as a signal.
  private struct Part {
    let signal: Signal
    let polynomial: Polynomial

    init(_ signal: Signal, _ polynomial: Polynomial) {
      let values = polynomial.coefficients.map(\.value)
      let rest = values.dropFirst()
      let low = rest.reduce(values[0]) { $0 + min($1, 0) }
      let high = rest.reduce(values[0]) { $0 + max($1, 0) }
      // A sum of non-negative coefficients is not negative, whatever the sums' rounding.
      self.signal = signal.within(
        low - (values.allSatisfy { $0 >= 0 } ? 0 : 1e-14 * (high - low))...high * (1 + 1e-14))
      self.polynomial = polynomial
    }

    /// This polynomial plus h^n times the other one.
    func joined(
      with upper: Part, times power: Signal, squareOfPower: Signal,
      in builder: inout NetworkBuilder
    ) -> Part {
      // By a power of two, so that the product keeps its digits.
      let size = max(abs(upper.signal.interval.lowerBound), upper.signal.interval.upperBound)
      let scale = size > 0 ? Double(sign: .plus, exponent: -size.exponent, significand: 1) : 1
      let factor = scale * upper.signal
      let squares = builder.square(factor + power) - builder.square(factor)
      let product = 0.5 * (squares - squareOfPower)
      let lower = builder.carry(signal, to: product.layer)
      let shift = Polynomial([Double](repeating: 0, count: polynomial.coefficients.count) + [1])
      return Part(1 / scale * product + lower, polynomial + shift * upper.polynomial)
    }
  }
}
