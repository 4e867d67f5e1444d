public import Arrays
public import Mixtures
public import Networks
import RealModule

/// How far a constructed score is from the closed form at points where it is hardest: an estimate
/// from below of the largest error, evaluation included.
public struct MeasuredError: Sendable, Equatable {
  /// The number of points of each kind.
  public let samples: Int
  /// ‖ŝ − s‖ at samples of p_t, in float64.
  public let nearErrors: [Double]
  /// The largest ‖ŝ − s‖ over all points, in float64.
  public let largest: Double
  /// The largest ‖ŝ − s‖ over all points, in float32.
  public let largestInSinglePrecision: Double

  /// Measures a network at samples of p_t, at as many up to 50 times as far from the mean, and at as
  /// many between two means; points with ‖x‖ > `ball` are drawn back to it.
  public init(
    _ network: SparseNetwork, _ marginal: Marginal, samples: Int, random: RandomStream,
    ball: Double = .infinity
  ) {
    let near = marginal.sample(samples, from: random.substream("samples"))
    var points = MeasuredError.points(near, marginal, random)
    for n in samples..<points.rows {
      let length = Norms.length(points[row: n])
      guard length > ball else { continue }
      for a in 0..<points.columns { points[n, a] *= ball / length * (1 - 1e-12) }
    }
    let exact = marginal.score(points)
    let errors = MeasuredError.distances(network(points), exact)
    self.samples = samples
    nearErrors = Array(errors[..<samples])
    largest = errors.reduce(0, max)
    let single = network(points.inSinglePrecision).inDoublePrecision
    largestInSinglePrecision = MeasuredError.distances(single, exact).reduce(0, max)
  }

  /// The error in a norm: the largest at all points, or the mean of powers over samples of p_t.
  public func error(_ norm: ErrorNorm) -> Double {
    guard let power = norm.power else { return largest }
    let sum = nearErrors.reduce(0) { $0 + .pow($1, power) }
    return .pow(sum / Double(samples), 1 / power)
  }

  private static func points(
    _ near: Matrix<Double>, _ marginal: Marginal, _ random: RandomStream
  ) -> Matrix<Double> {
    let (count, d) = (near.rows, near.columns)
    let (means, components) = (marginal.mixture.means, marginal.mixture.componentCount)
    let centre = marginal.mixture.mean.map { marginal.alpha * $0 }
    let lengths = random.substream("lengths").uniforms(count)
    let noise = random.substream("noise").normals(rows: count, columns: d)
    var all = near.elements
    for n in 0..<count {
      for a in 0..<d { all.append(centre[a] + 50 * lengths[n] * (near[n, a] - centre[a])) }
    }
    for n in 0..<count {
      let (i, j) = (n % components, n / components % components)
      for a in 0..<d {
        let middle = 0.5 * marginal.alpha * (means[i, a] + means[j, a])
        all.append(middle + lengths[n] * lengths[n] * noise[n, a])
      }
    }
    return Matrix(rows: 3 * count, columns: d, elements: all)
  }

  private static func distances(_ a: Matrix<Double>, _ b: Matrix<Double>) -> [Double] {
    (0..<a.rows).map { Norms.length(Norms.difference(a[row: $0], b[row: $0])) }
  }
}
