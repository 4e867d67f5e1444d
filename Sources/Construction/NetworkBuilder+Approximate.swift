import RealModule

/// A signal that stands for a function of another one, with its error.
public struct ApproximateSignal: Sendable, Equatable {
  /// The value as the network computes it.
  public let signal: Signal
  /// A bound of its distance from the function, in exact arithmetic on the stored coefficients.
  public let error: Double
}

/// The approximate blocks of the calculus.
extension NetworkBuilder {
  /// e^{−z} for z ≥ 0, by a polynomial and squarings (see `ExponentialBlock`).
  ///
  /// With z = βt it is α(t) of an Ornstein–Uhlenbeck process.
  ///
  /// - Parameters:
  ///   - z: one neuron or input times a coefficient, not negative.
  ///   - tolerance: what the error must not exceed.
  /// - Throws: `ConstructionError.tooFine` if no block reaches it.
  public mutating func exponential(
    minus z: Signal, tolerance: Double
  ) throws(ConstructionError) -> ApproximateSignal {
    precondition(z.isNonNegative && z.terms.count == 1, "no single non-negative signal")
    let range = min(max(z.interval.upperBound, 1e-3), max(2, .log(4 / tolerance)))
    for squarings in 0...20 {
      for fraction in stride(from: 1, through: 0.2, by: -0.1) {
        let block = ExponentialBlock(range: range, squarings: squarings, fraction: fraction)
        guard let block else { continue }
        // Near: e^{−z} |e^δ − 1|. Beyond R: both lie between 0 and the larger of them.
        let beyond = z.interval.upperBound > range ? max(block.remainder, .exp(-range)) : 0
        let error = max(.expMinusOne(block.innerError), block.tailError, beyond)
        if error > tolerance { continue }
        let inside = -1 / range * z + 1
        return ApproximateSignal(
          signal: block.apply(relu(inside), requ(inside), in: &self), error: error * (1 + 1e-9))
      }
    }
    throw .tooFine(tolerance: tolerance)
  }

  /// 1/S for S in an interval of positive numbers, by a spline and Goldschmidt's products (see
  /// `ReciprocalBlock`).
  ///
  /// - Parameters:
  ///   - s: a signal whose interval is finite and positive.
  ///   - tolerance: what the error must not exceed.
  /// - Throws: `ConstructionError.tooFine` if no block reaches it.
  public mutating func reciprocal(
    of s: Signal, tolerance: Double
  ) throws(ConstructionError) -> ApproximateSignal {
    precondition(s.interval.lowerBound > 0 && s.interval.upperBound.isFinite, "\(s.interval)")
    var splines = SplineSearch(s.interval, mostKnots: 16)
    for products in 0...5 {
      let power = Double(1 << products)
      let coarsest = Double.pow(tolerance * s.interval.lowerBound, 1 / power) * (1 - 1e-12)
      guard let block = splines.coarsest(within: coarsest) else { continue }
      let error = Double.pow(block.seedError, power) / s.interval.lowerBound
      return ApproximateSignal(
        signal: block.apply(s, products: products, in: &self), error: error * (1 + 1e-9))
    }
    throw .tooFine(tolerance: tolerance)
  }
}

extension ReciprocalBlock {
  /// r_0 (1 + e)(1 + e²)… with e = 1 − S r_0.
  func apply(_ s: Signal, products: Int, in builder: inout NetworkBuilder) -> Signal {
    var result = seed(s, in: &builder)
    if products == 0 { return result }
    let total = builder.carry(s, to: result.layer)
    var rest = (-1 * builder.product(total, result) + 1).within(-seedError...seedError)
    result = builder.carry(result, to: rest.layer)
    for step in 0..<products {
      let next = builder.product(result, rest + 1)
      if step + 1 < products { rest = builder.square(rest) }
      result = next.within(0...2 / interval.lowerBound)
    }
    return result
  }
}
