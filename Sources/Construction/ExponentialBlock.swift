import RealModule

/// e^{−z} for z ≥ 0, with z held at R beyond R: a polynomial, then exact squarings.
///
/// The block takes h = 1 − z/R, cut off at 0, and h². With y = z/2^q and w = R/2^q it computes
/// p(y) ≈ e^{−y} on [0, w] and squares it q times. p is the Chebyshev series on a shorter interval
/// [0, y_0]: beyond it the error grows, but e^{−z} there is small.
struct ExponentialBlock: Sendable {
  /// Beyond this z the result stays near e^{−R}.
  let range: Double
  /// The number of squarings q.
  let squarings: Int
  /// A bound of |log(result e^z)| for z up to 2^q y_0, for the coefficients as stored.
  let innerError: Double
  /// A bound of result · |log(result e^z)| and of e^{−z} |log(result e^z)| for larger z up to R.
  let tailError: Double
  /// A bound of the result for z ≥ R.
  let remainder: Double
  private let base: any ExponentialBase

  /// The block for z up to `range`; nil if the polynomial is too coarse.
  ///
  /// - Parameters:
  ///   - range: R.
  ///   - squarings: q.
  ///   - fraction: y_0/w, in (0, 1].
  ///   - levels: none for the polynomial of degree 8, m for that of degree 2^m − 1.
  init?(range: Double, squarings: Int, fraction: Double, levels: Int? = nil) {
    let power = Double(1 << squarings)
    let w = range / power
    let base: (any ExponentialBase)?
    if let levels {
      base =
        w <= Double(1 << levels) / 2
        ? ExponentialTree(width: w, inner: fraction * w, levels: levels) : nil
    } else {
      base = w <= 4 ? ExponentialPolynomial(width: w, inner: fraction * w) : nil
    }
    guard let base else { return nil }
    self.range = range
    self.squarings = squarings
    self.base = base
    // Six roundings of z/R: the scale of the gaps, its inverse and R.
    let scaling = 6 * 0x1p-53 * range
    func logarithm(_ y: Double) -> Double {
      let relative = base.error(at: y) * .exp(y) * (1 + 1e-9)
      return relative < 0.9 ? -power * .log(onePlus: -relative) + scaling : .infinity
    }
    innerError = logarithm(fraction * w)
    let end = logarithm(w)
    guard innerError < 0.1, end < range / 2 else { return nil }
    remainder = .exp(-range + end)
    // The bound of the logarithm grows with y: each cell takes it at its end, e^{−z} at its start.
    let cells = 400
    var tail = 0.0
    for cell in 0..<cells {
      let (low, high) = (
        w * (fraction + (1 - fraction) * Double(cell) / Double(cells)),
        w * (fraction + (1 - fraction) * Double(cell + 1) / Double(cells))
      )
      let bound = logarithm(high)
      tail = max(tail, .exp(-power * low + bound) * bound)
    }
    tailError = fraction == 1 ? 0 : tail * (1 + 1e-9)
  }

  /// The layers from h and h² to the exponential.
  var layers: Int { base.layers + squarings }

  /// About the weights of its neurons for all components, and of those that carry x beside them.
  func weights(_ parts: MeanSpread) -> Int {
    base.weights * parts.count + squarings * parts.count + 2 * layers * parts.dimension
  }

  /// Adds the neurons that take h and h² of one layer to the exponential.
  func apply(_ h: Signal, _ squareOfH: Signal, in builder: inout NetworkBuilder) -> Signal {
    let interval = 0...(.exp(innerError) + tailError)
    var result = base.apply(h, squareOfH, in: &builder).within(interval)
    for _ in 0..<squarings { result = builder.requ(result).within(interval) }
    return result
  }
}
