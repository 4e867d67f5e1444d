import Arrays
import Mixtures
import RealModule

/// The flow of a mixture of one isotropic variance in the span of its means.
///
/// The responsibilities depend on x through the span of μ_k − μ̄ only, and the regular flow moves
/// y − ρμ̄ within it. So the flow is that of a mixture in r ≤ K − 1 dimensions, and across the span
/// the flow map is x ↦ (s_s/s_t) x up to a shift (derived; exact).
struct MeanSpan: Sendable {
  /// The flow within the span; nil if all means are equal.
  let flow: ProbabilityFlow?
  /// The process and the shared variance.
  private let process: any ForwardProcess
  private let variance: Double
  private let centre: [Double]
  /// An orthonormal basis of the span, d×r.
  private let basis: Matrix<Double>

  /// Whether there is anything across the span.
  var isProper: Bool { basis.columns < basis.rows }

  /// The reduction of a flow; nil unless its components share one isotropic variance.
  init?(_ flow: ProbabilityFlow) {
    let mixture = flow.mixture
    guard let variance = mixture.sharedIsotropicVariance else { return nil }
    let (k, d) = (mixture.componentCount, mixture.dimension)
    (process, self.variance, centre) = (flow.process, variance, mixture.mean)
    var differences = mixture.means
    for j in 0..<k {
      for a in 0..<d { differences[j, a] -= centre[a] }
    }
    guard let rows = orthonormalRows(spanning: differences) else { return nil }
    basis = rows.transposed
    let reduced = try? GaussianMixture(
      weights: mixture.weights, means: RowProducts.product(differences, basis),
      covariances: .spherical(Array(repeating: variance, count: k)))
    self.flow = reduced.map { ProbabilityFlow($0, flow.process) }
  }

  /// (x − αμ̄)Q: the states of time t within the span.
  func entering(_ x: Matrix<Double>, at t: Double) -> Matrix<Double> {
    let alpha = process.alpha(t)
    let (centre, d, r) = (centre.map { alpha * $0 }, basis.rows, basis.columns)
    return Matrix(rows: x.rows, columns: r, grain: 256) { rows, block in
      var shifted = Array(x.elements[rows.lowerBound * d..<rows.upperBound * d])
      for i in 0..<rows.count {
        for a in 0..<d { shifted[i * d + a] -= centre[a] }
      }
      RowProducts.multiply(
        m: rows.count, n: r, k: d, shifted.span, basis.elements.span, into: &block)
    }
  }

  /// The whole states at time s of rows whose states at time t were `x`, from those in the span at both
  /// times: y moves by Q(y'_s − y'_t) + (ρ_s − ρ_t) μ̄, nothing else.
  func leaving(
    _ x: Matrix<Double>, at t: Double, _ before: Matrix<Double>, _ after: Matrix<Double>,
    at s: Double
  ) -> Matrix<Double> {
    let stretch = scale(s) / scale(t)
    let shift = process.alpha(s) - stretch * process.alpha(t)
    let offset = centre.map { shift * $0 }
    let (d, r, back) = (x.columns, basis.columns, basis.transposed)
    return Matrix(rows: x.rows, columns: d, grain: 256) { rows, block in
      let (whole, within) = (rows.lowerBound * d, rows.lowerBound * r)
      for i in 0..<rows.count {
        for a in 0..<d { block[i * d + a] = stretch * x.elements[whole + i * d + a] + offset[a] }
      }
      var moved = [Double](repeating: 0, count: rows.count * r)
      for i in moved.indices {
        moved[i] = after.elements[within + i] - stretch * before.elements[within + i]
      }
      RowProducts.multiply(
        m: rows.count, n: d, k: r, moved.span, back.elements.span, into: &block, adding: true)
    }
  }

  /// s(t) = √(α²λ + σ²), λ the shared variance.
  private func scale(_ t: Double) -> Double {
    let alpha = process.alpha(t)
    return (alpha * alpha * variance + process.sigmaSquared(t)).squareRoot()
  }

  /// log(s_s/s_t): what happens across the span from t to s.
  func logStretch(from t: Double, to s: Double) -> Double {
    .log(scale(s) / scale(t))
  }
}

/// Orthonormal rows that span the rows of `matrix`, by Gram–Schmidt, the longest remainder first.
///
/// Applied twice, so that they are orthogonal to rounding. Remainders below 1e-12 of the longest row
/// count as zero. The order of the result depends on the matrix alone.
private func orthonormalRows(spanning matrix: Matrix<Double>) -> Matrix<Double>? {
  var rest = (0..<matrix.rows).map { Array(matrix[row: $0]) }
  func square(_ v: [Double]) -> Double { v.reduce(0) { $0 + $1 * $1 } }
  let largest = rest.map(square).max() ?? 0
  var basis: [[Double]] = []
  while basis.count < matrix.columns {
    let squares = rest.map(square)
    guard let i = squares.indices.max(by: { squares[$0] < squares[$1] }) else { return nil }
    guard squares[i] > 1e-24 * largest, squares[i] > 0 else { break }
    var next = rest[i]
    for _ in 0..<2 {
      for b in basis {
        let inner = zip(next, b).reduce(0) { $0 + $1.0 * $1.1 }
        for a in next.indices { next[a] -= inner * b[a] }
      }
      let length = square(next).squareRoot()
      for a in next.indices { next[a] /= length }
    }
    basis.append(next)
    for j in rest.indices {
      let inner = zip(rest[j], next).reduce(0) { $0 + $1.0 * $1.1 }
      for a in next.indices { rest[j][a] -= inner * next[a] }
    }
  }
  return Matrix(rows: basis.count, columns: matrix.columns, elements: basis.flatMap { $0 })
}
