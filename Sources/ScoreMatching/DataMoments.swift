public import Arrays
public import Mixtures
import RealModule

/// Mean and principal axes of a data set: the Gaussian from which a score network starts.
///
/// Under a process the data's coordinate w_i on axis i becomes x_i = α w_i + σ ε_i. In the variables
/// ```
/// z_i = (x_i − α m_i)/s_i,   s_i² = α²λ_i + σ²
/// ```
/// every coordinate has mean 0 and variance 1 at all times, and z_i = cos θ_i ŵ_i + sin θ_i ε_i with
/// tan θ_i = σ/(α√λ_i) and ŵ_i = (w_i − m_i)/√λ_i: the data turn into noise by a rotation. One angle
/// θ = atan(σ/(α√λ̄)), λ̄ the mean variance, stands for the time of any process: 0 at the data, π/2 where
/// α = 0.
public struct DataMoments: Sendable, Equatable {
  /// m, in the data's own coordinates.
  public let mean: [Double]
  /// The principal axes, d×d, one a row.
  public let axes: Matrix<Double>
  /// λ_i, the variance along each axis, ascending, none below 10⁻³ λ̄: flatter directions would ask for
  /// endlessly steep scores.
  public let variances: [Double]

  /// The number of coordinates d.
  public var dimension: Int { mean.count }
  /// λ̄ = Σλ_i/d.
  public let meanVariance: Double

  /// The least variance over the mean variance.
  public static let floor = 1e-3

  /// Moments from their parts.
  ///
  /// - Precondition: shapes agree and variances are positive.
  public init(mean: [Double], axes: Matrix<Double>, variances: [Double]) {
    precondition(
      axes.rows == mean.count && axes.columns == mean.count && variances.count == mean.count
        && !mean.isEmpty && variances.allSatisfy { $0 > 0 && $0.isFinite }, "no moments")
    (self.mean, self.axes, self.variances) = (mean, axes, variances)
    meanVariance = variances.reduce(0, +) / Double(mean.count)
  }

  /// The moments of the rows of a matrix.
  ///
  /// - Throws: `ScoreError.badData` for fewer than two rows or rows without scatter.
  public init(of data: Matrix<Double>) throws(ScoreError) {
    let (n, d) = (data.rows, data.columns)
    guard n >= 2, d >= 1 else {
      throw .badData("there are \(n) samples to learn from; give at least 2")
    }
    let (centred, mean) = data.centred
    var covariance = Gemm.product(transposed: centred, centred)
    for i in covariance.elements.indices { covariance.elements[i] /= Double(n) }
    guard let eigen = SymmetricEigen(covariance), eigen.values.allSatisfy(\.isFinite) else {
      throw .badData("the samples are too large for their covariance; rescale them")
    }
    let average = eigen.values.reduce(0) { $0 + max($1, 0) } / Double(d)
    guard average > 0 else { throw .badData("all samples are equal; give samples that differ") }
    self.init(
      mean: mean, axes: eigen.vectorRows,
      variances: eigen.values.map { max($0, DataMoments.floor * average) })
  }

  /// The Gaussian of these moments.
  public var gaussian: GaussianMixture {
    var scaled = axes
    for i in 0..<dimension {
      for j in 0..<dimension { scaled[i, j] *= variances[i] }
    }
    var covariance = Gemm.product(transposed: axes, scaled)
    for i in 0..<dimension {
      for j in 0..<i {
        let middle = 0.5 * (covariance[i, j] + covariance[j, i])
        (covariance[i, j], covariance[j, i]) = (middle, middle)
      }
    }
    do {
      return try GaussianMixture(
        weights: [1], means: Matrix([mean]), covariances: .full([covariance]))
    } catch {
      preconditionFailure("moments that are no Gaussian: \(error)")
    }
  }

  /// (w_i − α m_i)/s_i for rows given in the data's coordinates.
  func entering(_ x: Matrix<Double>, alpha: Double, lengths: [Double]) -> Matrix<Double> {
    var centred = x
    for i in 0..<x.rows {
      for j in 0..<x.columns { centred.elements[i * x.columns + j] -= alpha * mean[j] }
    }
    var result = Gemm.product(centred, transposed: axes)
    for i in 0..<x.rows {
      for j in 0..<x.columns { result.elements[i * x.columns + j] /= lengths[j] }
    }
    return result
  }

  /// The inverse of `entering`.
  func leaving(_ z: Matrix<Double>, alpha: Double, lengths: [Double]) -> Matrix<Double> {
    var result = Gemm.product(z.scalingColumns(lengths), axes)
    for i in 0..<z.rows {
      for j in 0..<z.columns { result.elements[i * z.columns + j] += alpha * mean[j] }
    }
    return result
  }
}

extension Matrix<Double> {
  /// The matrix with each column times its factor.
  func scalingColumns(_ factors: [Double]) -> Matrix<Double> {
    precondition(factors.count == columns, "\(factors.count) factors for \(columns) columns")
    var result = self
    for i in 0..<rows {
      for j in 0..<columns { result.elements[i * columns + j] *= factors[j] }
    }
    return result
  }
}
