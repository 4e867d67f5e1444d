import Arrays
import RealModule

/// 1/S for S in an interval of positive numbers: a quadratic spline r_0, then products.
///
/// With e = 1 − S r_0 Goldschmidt's products (1 + e)(1 + e²)(1 + e⁴)… give
/// r_0 Π (1 + e^{2^j}) = (1 − e^{2^J})/S exactly, so that the relative error is e^{2^J}. The spline is
/// r_0(S) = c + Σ a_i max(b_i − S, 0)² with all a_i ≥ 0, so that nothing cancels.
struct ReciprocalBlock: Sendable {
  /// The knots b_i, increasing.
  let knots: [Double]
  /// The coefficients a_i.
  let coefficients: [Double]
  /// The constant c.
  let constant: Double
  /// The interval of S.
  let interval: ClosedRange<Double>
  /// A bound of |1 − S r_0(S)| over the interval, for the coefficients as stored.
  let seedError: Double

  /// The spline with `count` knots or fewer; nil if a coefficient is negative.
  ///
  /// Knots at equal ratios, the last one near the end of the interval or up to two ratios beyond it,
  /// whichever makes the smallest error; many knots want it farther out.
  init?(_ interval: ClosedRange<Double>, knots count: Int) {
    let ends = count < 4 ? [-0.3, -0.1, 0, 0.2, 0.5] : [0, 0.2, 0.5, 0.9, 1, 2]
    let (low, high) = (interval.lowerBound, interval.upperBound)
    let splines = ends.compactMap { beyond in
      let ratio = Double.pow(high / low, 1 / (Double(count) - beyond))
      return ReciprocalBlock(
        interval, at: (1...count).map { low * .pow(ratio, Double($0)) }, iterations: 1)
    }
    guard let first = splines.min(by: { $0.seedError < $1.seedError }) else { return nil }
    let refined = ReciprocalBlock(interval, at: first.knots, iterations: 12)
    self = refined.map { $0.seedError < first.seedError ? $0 : first } ?? first
  }

  /// The spline with knots at some of these places: those that want a negative coefficient go.
  private init?(_ interval: ClosedRange<Double>, at places: [Double], iterations: Int) {
    var knots = places
    while !knots.isEmpty {
      let fitted = ReciprocalBlock.fit(interval, knots, iterations)
      guard let worst = fitted.indices.dropFirst().min(by: { fitted[$0] < fitted[$1] }),
        fitted[worst] < 0
      else {
        self.init(interval, knots: knots, fitted)
        return
      }
      knots.remove(at: worst - 1)
    }
    return nil
  }

  /// The constant, then each knot's coefficient times its square.
  ///
  /// Weighted least squares with the weights raised where the error is large (Lawson's iteration)
  /// come near the smallest largest error.
  private static func fit(
    _ interval: ClosedRange<Double>, _ knots: [Double], _ iterations: Int
  ) -> [Double] {
    let (low, high) = (interval.lowerBound, interval.upperBound)
    let points = (0...200).map { i in
      low * .pow(high / low, 0.5 - 0.5 * .cos(.pi * Double(i) / 200))
    }
    let rows = points.map { s in
      [s] + knots.map { b in s * max(b - s, 0) * max(b - s, 0) / (b * b) }
    }
    var weights = [Double](repeating: 1, count: points.count)
    var (best, bestError) = ([Double](), Double.infinity)
    for _ in 0..<iterations {
      let solution = LeastSquares.solve(
        rows, target: points.map { _ in 1 }, weights: weights.map { $0.squareRoot() })
      let errors = rows.map { row in abs(1 - zip(row, solution).reduce(0) { $0 + $1.0 * $1.1 }) }
      let largest = errors.reduce(0, max)
      if largest < bestError { (best, bestError) = (solution, largest) }
      for i in weights.indices { weights[i] *= errors[i] / largest + 1e-3 }
    }
    return best
  }

  private init?(_ interval: ClosedRange<Double>, knots: [Double], _ best: [Double]) {
    self.knots = knots
    self.interval = interval
    constant = best[0]
    coefficients = zip(best.dropFirst(), knots).map { $0 / ($1 * $1) }
    guard coefficients.allSatisfy({ $0 >= 0 && $0.isFinite }), constant > 0 else { return nil }
    seedError = ReciprocalBlock.largestError(knots, coefficients, constant, interval)
  }

  /// A bound of |1 − S r_0(S)| for S up to `end`.
  func seedError(upTo end: Double) -> Double {
    let low = interval.lowerBound
    return ReciprocalBlock.largestError(
      knots, coefficients, constant, low...min(max(end, low), interval.upperBound))
  }

  /// The largest |1 − S r_0(S)|: between knots a cubic, whose extrema solve a quadratic equation.
  private static func largestError(
    _ knots: [Double], _ coefficients: [Double], _ constant: Double,
    _ interval: ClosedRange<Double>
  ) -> Double {
    var ends = [interval.lowerBound] + knots.filter(interval.contains) + [interval.upperBound]
    ends.sort()
    var largest = 0.0
    for (low, high) in zip(ends, ends.dropFirst()) where low < high {
      // r_0 = q_0 + q_1 S + q_2 S² on this piece.
      var (q0, q1, q2) = (constant, 0.0, 0.0)
      for (b, a) in zip(knots, coefficients) where b >= high {
        (q0, q1, q2) = (q0 + a * b * b, q1 - 2 * a * b, q2 + a)
      }
      var candidates = [low, high]
      let root = 4 * q1 * q1 - 12 * q2 * q0
      if root >= 0, q2 != 0 {
        candidates += [-1.0, 1.0].map { (-2 * q1 + $0 * root.squareRoot()) / (6 * q2) }
          .filter { low < $0 && $0 < high }
      }
      for s in candidates {
        let seed = zip(knots, coefficients).reduce(constant) {
          $0 + $1.1 * max($1.0 - s, 0) * max($1.0 - s, 0)
        }
        largest = max(largest, abs(1 - s * seed))
      }
    }
    // An extremum is flat, so a rounded place of it changes the value by rounding only.
    return largest * (1 + 1e-9) + 1e-13
  }

  /// The spline's signal one layer after that of S.
  func seed(_ s: Signal, in builder: inout NetworkBuilder) -> Signal {
    var result = Signal.constant(constant, layer: s.layer + 1)
    for (b, a) in zip(knots, coefficients) { result = result + a * builder.requ(-1 * s + b) }
    let (low, high) = (interval.lowerBound, interval.upperBound)
    return result.within((1 - seedError) / high...(1 + seedError) / low)
  }
}
