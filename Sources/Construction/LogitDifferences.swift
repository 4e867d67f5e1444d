import Arrays
import Mixtures
import RealModule

/// Differences of the log-responsibilities of a shared covariance, affine in x.
///
/// ℓ_i − ℓ_j = log(w_i/w_j) + α (μ_i − μ_j)ᵀ C^{-1} (x − ½α(μ_i + μ_j)), stored times a scale κ. With
/// C = s² I and κ = s²/α the slopes are μ_i − μ_j itself, often without any rounding.
struct LogitDifferences: Sendable {
  /// An error bound of the form constant + slope ‖x‖, in units of the logits.
  struct Bound: Sendable {
    var constant = 0.0
    var slope = 0.0

    static func + (a: Bound, b: Bound) -> Bound {
      Bound(constant: a.constant + b.constant, slope: a.slope + b.slope)
    }

    static func larger(_ a: Bound, _ b: Bound) -> Bound {
      Bound(constant: max(a.constant, b.constant), slope: max(a.slope, b.slope))
    }
  }

  /// The scale κ of everything stored.
  let scale: Double
  private let marginal: Marginal
  private let precision: SharedPrecision
  private static let unit = 0x1p-53

  init(_ marginal: Marginal, _ precision: SharedPrecision) {
    self.marginal = marginal
    self.precision = precision
    let diagonal = (0..<precision.matrix.rows).map { precision.matrix[$0, $0] }
    scale =
      precision.isotropicVariance.map { $0 / marginal.alpha }
      ?? 1 / (marginal.alpha * diagonal.reduce(0, max))
  }

  /// The stored slopes and offset of κ(ℓ_i − ℓ_j), and how far they are from the exact ones.
  func stored(_ i: Int, _ j: Int) -> (slopes: [Double], offset: Double, error: Bound) {
    let (means, weights) = (marginal.mixture.means, marginal.mixture.weights)
    let (a, b) = (Array(means[row: i]), Array(means[row: j]))
    let u = LogitDifferences.unit
    var slopes = Norms.difference(a, b)
    var slopeError = Norms.length(zip(a, b).map { DoubleDouble(sum: $0, -$1).low })
    let sum = zip(a, b).map { $0 + $1 }
    if precision.isotropicVariance == nil {
      let (value, error) = precision.product(slopes)
      let factor = scale * marginal.alpha
      slopeError =
        factor * (error + precisionNorm * slopeError + 3 * u * Norms.length(value))
      slopes = value.map { factor * $0 }
    }
    // ½α Σ slopes (μ_i + μ_j), in twice the digits; what the slopes lack counts as error.
    var half = DoubleDouble(0)
    for (n, slope) in slopes.enumerated() {
      let total = DoubleDouble(sum: a[n], b[n])
      let exact =
        precision.isotropicVariance == nil
        ? DoubleDouble(slope) : DoubleDouble(sum: a[n], -b[n])
      half = half + exact * total
    }
    let prior = weights[i] == weights[j] ? 0 : scale * .log(weights[i] / weights[j])
    let exact = DoubleDouble(prior) - DoubleDouble(0.5 * marginal.alpha) * half
    let offset = exact.value
    // What the nearest double lacks is known; the prior has five roundings (s², α, κ, ratio, log).
    var error = abs((exact - DoubleDouble(offset)).value) + u * 6 * abs(prior)
    if prior != 0 { error += u * 2 * scale }
    error += 0x1p-98 * abs(half.value)
    if precision.isotropicVariance == nil {
      error += 0.5 * marginal.alpha * slopeError * Norms.length(sum)
    }
    return (
      slopes, offset, Bound(constant: error / scale, slope: slopeError / scale)
    )
  }

  private var precisionNorm: Double { Norms.length(precision.matrix.elements) }

  /// Adds the neurons of the tree: κ times the gap of each component to the largest logit, with a
  /// bound of max δ − min δ where δ are the errors of the logits.
  func gaps(in builder: inout NetworkBuilder) -> (gaps: [Signal], error: Bound) {
    let x = (0..<marginal.mixture.dimension).map { builder.input($0) }
    var differences: [[Int]: (signal: Signal, error: Bound)] = [:]
    let count = marginal.mixture.componentCount
    for pair in GapTree.pairs(count) {
      let (slopes, offset, error) = stored(pair[0], pair[1])
      var signal = Signal.constant(offset, layer: 0)
      for (slope, coordinate) in zip(slopes, x) where slope != 0 {
        signal = signal + slope * coordinate
      }
      differences[pair] = (signal, error)
    }
    return GapTree.gaps(count, differences, in: &builder)
  }
}
