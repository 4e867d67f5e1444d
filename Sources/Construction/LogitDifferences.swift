import Arrays
import Mixtures
import RealModule

/// Differences of the log-responsibilities of a shared covariance, affine in x, and the tree that
/// finds all gaps to the largest one.
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

  /// Adds the neurons of the tree: κ times the gap of each component to the largest logit, all in
  /// one layer, with a bound of max δ − min δ where δ are the errors of the logits.
  ///
  /// Gaps are not negative, so one neuron carries each. A group's gaps grow by max(Δ, 0) when another
  /// group's maximum exceeds its own by Δ. Differences of only K − 1 pairs are stored, a spanning
  /// tree, so that the stored ones are those of some logits near the exact ones.
  func gaps(in builder: inout NetworkBuilder) -> (gaps: [Signal], error: Bound) {
    let count = marginal.mixture.componentCount
    let x = (0..<marginal.mixture.dimension).map { builder.input($0) }
    var groups = (0..<count).map { Group(representative: $0) }
    var pending: [[Int]: Signal] = [:]
    var errors: [[Int]: Bound] = [:]
    for pair in LogitDifferences.pairs(count) {
      let (slopes, offset, error) = stored(pair[0], pair[1])
      var signal = Signal.constant(offset, layer: 0)
      for (slope, coordinate) in zip(slopes, x) where slope != 0 {
        signal = signal + slope * coordinate
      }
      (pending[pair], errors[pair]) = (signal, error)
    }
    while groups.count > 1 {
      var next: [Group] = []
      var used: Set<[Int]> = []
      for n in stride(from: 0, to: groups.count, by: 2) {
        guard n + 1 < groups.count else {
          next.append(groups[n].carried(in: &builder))
          continue
        }
        let pair = [groups[n].representative, groups[n + 1].representative]
        used.insert(pair)
        if let difference = pending[pair], let error = errors[pair] {
          next.append(groups[n].merged(with: groups[n + 1], difference, error, in: &builder))
        }
      }
      for (pair, signal) in pending.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
        pending[pair] =
          used.contains(pair) ? nil : builder.carry(signal, to: signal.layer + 1)
      }
      groups = next
    }
    let members = groups[0].gaps.sorted { $0.component < $1.component }
    return (members.map(\.gap), groups[0].range)
  }

  /// The pairs whose differences the tree needs.
  private static func pairs(_ count: Int) -> [[Int]] {
    var (result, representatives) = ([[Int]](), Array(0..<count))
    while representatives.count > 1 {
      var next: [Int] = []
      for n in stride(from: 0, to: representatives.count, by: 2) {
        if n + 1 < representatives.count {
          result.append([representatives[n], representatives[n + 1]])
          next.append(representatives[n + 1])
        } else {
          next.append(representatives[n])
        }
      }
      representatives = next
    }
    return result
  }
}

/// Components whose gaps to their own largest logit are known.
private struct Group {
  /// The component that stands for the group.
  let representative: Int
  var gaps: [(component: Int, gap: Signal)]
  /// Bounds of the logits' errors against the representative's, and among each other.
  var reach = LogitDifferences.Bound()
  var range = LogitDifferences.Bound()

  init(representative: Int) {
    self.representative = representative
    gaps = [(representative, .constant(0, layer: 0))]
  }

  /// The group's largest logit less the representative's.
  private var excess: Signal {
    gaps.first { $0.component == representative }?.gap ?? .constant(0, layer: gaps[0].gap.layer)
  }

  func carried(in builder: inout NetworkBuilder) -> Group {
    var result = self
    result.gaps = gaps.map { ($0.component, builder.carry($0.gap, to: $0.gap.layer + 1)) }
    return result
  }

  func merged(
    with other: Group, _ difference: Signal, _ error: LogitDifferences.Bound,
    in builder: inout NetworkBuilder
  ) -> Group {
    let lead = difference + excess - other.excess
    let (ahead, behind) = (builder.relu(lead), builder.relu(-1 * lead))
    let (left, right) = (carried(in: &builder), other.carried(in: &builder))
    var result = right
    result.gaps =
      left.gaps.map { ($0.component, $0.gap + behind) }
      + right.gaps.map { ($0.component, $0.gap + ahead) }
    result.reach = .larger(other.reach, reach + error)
    result.range = .larger(.larger(range, other.range), reach + error + other.reach)
    return result
  }
}
