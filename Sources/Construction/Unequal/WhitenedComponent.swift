import Arrays
import Mixtures
import RealModule

/// One component N(m, C) of a marginal in whitened coordinates z = L(x − m), L C Lᵀ = I.
///
/// L is the inverse of Cholesky's factor, so that it is triangular; −½‖z‖² is the component's
/// exponent. Everything is computed in twice the digits and then rounded, so that the rounding
/// errors are known and not only bounded.
struct WhitenedComponent: Sendable {
  /// m = αμ, exact.
  let mean: [DoubleDouble]
  /// G with C = G Gᵀ.
  let factor: Matrix<Double>
  /// L as computed.
  let whitening: PreciseMatrix
  /// LᵀL.
  let precision: PreciseMatrix
  /// A bound of ‖LᵀL − C^{-1}‖.
  let precisionError: Double
  /// L as stored.
  let slopes: Matrix<Double>
  /// −L m as stored.
  let offsets: [Double]
  /// The stored coordinates ẑ miss z by at most `slopeError` ‖z‖ + `offsetError`.
  let slopeError: Double
  let offsetError: Double
  /// w / √det C as a number near 1 times a power of two.
  let prior: (mantissa: DoubleDouble, exponent: Int)

  /// Component `k`; nil if its covariance is singular in twice the digits.
  init?(_ marginal: Marginal, _ k: Int) {
    let (mixture, d) = (marginal.mixture, marginal.mixture.dimension)
    mean = mixture.means[row: k].map { DoubleDouble(product: marginal.alpha, $0) }
    let scale = DoubleDouble(product: marginal.alpha, marginal.alpha)
    let given = mixture.covariance(k)
    var covariance = PreciseMatrix(rows: d, columns: d)
    for a in 0..<d {
      for b in 0...a where given[a, b] != 0 || a == b {
        var entry = scale * DoubleDouble(given[a, b])
        if a == b { entry = entry + DoubleDouble(marginal.sigmaSquared) }
        covariance[a, b] = entry
        covariance[b, a] = entry
      }
    }
    guard let root = covariance.cholesky else { return nil }
    let inverse = root.inverseOfLower
    (factor, whitening, precision) = (root.rounded, inverse, inverse.transposed * inverse)
    // L C Lᵀ = I + E with ‖E‖ ≤ residual: then L is an exact whitening but for a factor (I + E)^{1/2}.
    var identity = PreciseMatrix(rows: d, columns: d)
    for a in 0..<d { identity[a, a] = DoubleDouble(1) }
    let size = inverse.length * covariance.length * inverse.length
    let residual =
      (inverse * covariance * inverse.transposed - identity).length
      + Double(d + 4) * 0x1p-97 * size
    guard residual < 1e-3 else { return nil }
    precisionError = 1.01 * (residual + Double(d + 4) * 0x1p-97) * inverse.length * inverse.length
    slopes = inverse.rounded
    var stored = PreciseMatrix(rows: d, columns: d)
    for i in stored.elements.indices { stored.elements[i] = DoubleDouble(slopes.elements[i]) }
    slopeError = ((stored - inverse) * root).length * (1 + residual) + residual
    let shift = stored * mean
    offsets = shift.map { -$0.value }
    offsetError =
      Norms.length(zip(shift, offsets).map { ($0 + DoubleDouble($1)).value }) * (1 + 1e-9)
      + Double(d + 4) * 0x1p-97 * inverse.length * Norms.length(mean.map(\.value))
    var (mantissa, exponent) = (DoubleDouble(mixture.weights[k]), 0)
    for a in 0..<d {
      mantissa = mantissa * inverse[a, a]
      let power = mantissa.high.exponent
      mantissa = Double(sign: .plus, exponent: -Int(power), significand: 1) * mantissa
      exponent += Int(power)
    }
    prior = (mantissa, exponent)
  }

  /// v = C^{-1}(m − x).
  func pull(at x: [DoubleDouble]) -> [DoubleDouble] {
    precision * zip(mean, x).map { $0 - $1 }
  }

  /// How far the stored exponent −½‖ẑ‖² is from −½‖z‖² where ‖z‖ is `size`, and the square of ‖z‖
  /// at most `square`: |z·e| + ½‖e‖² with ‖e‖ as above.
  func exponentError(size: Double, square: Double) -> Double {
    let (s, o) = (slopeError, offsetError)
    return o * o + o * size + (s + s * s) * square
  }

  /// log(w_i/√det C_i) − log(w_j/√det C_j) as stored, and a bound of its error.
  static func priorDifference(
    _ i: WhitenedComponent, _ j: WhitenedComponent
  ) -> (value: Double, error: Double) {
    let ratio = i.prior.mantissa / j.prior.mantissa
    let powers = Double(i.prior.exponent - j.prior.exponent)
    let (near, far) = (Double.log(ratio.high), powers * Double.log(2))
    // The logarithm, log 2, its product and the sum are rounded; ratio.low and d products are less.
    let size = abs(near) + abs(far) + abs(near + far)
    return (near + far, 3 * 0x1p-53 * size + abs(ratio.low / ratio.high) * 1.01 + 1e-28)
  }
}
