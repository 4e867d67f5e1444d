public import Arrays
public import Mixtures
public import ProbabilityFlow
import RealModule

/// The probability flow of a learned score under a process, with error control.
///
/// In the variables of `DataMoments` the flow is
/// ```
/// dz_i/dθ = −√(λ_iλ̄)/(λ_i cos²θ + λ̄ sin²θ) N_i(z, θ)
/// ```
/// (derived: the Gaussian part cancels; for equal variances it is the flow dz/dθ = −N of TrigFlow, Lu
/// and Song, 2024). The right-hand side is smooth on [0, π/2], both ends included: nothing is stiff, for
/// any process, and where N = 0 nothing is left to integrate.
public struct LearnedFlow: Sendable {
  /// The score.
  public let score: LearnedScore
  /// The process.
  public let process: any ForwardProcess
  let field: LearnedField

  /// The tolerance of references: beyond what a learned score is worth.
  public static let referenceTolerance = 1e-6

  /// The flow of a score under a process.
  public init(_ score: LearnedScore, _ process: any ForwardProcess) {
    (self.score, self.process) = (score, process)
    field = LearnedField(score)
  }

  /// The number of coordinates d.
  public var dimension: Int { score.dimension }

  /// θ(t).
  func angle(_ t: Double) -> Double {
    .atan2(
      y: process.sigmaSquared(t).squareRoot(),
      x: process.alpha(t) * score.moments.meanVariance.squareRoot())
  }

  /// s_i(t).
  func lengths(_ t: Double) -> [Double] {
    let (alpha, variance) = (process.alpha(t), process.sigmaSquared(t))
    return score.moments.variances.map { (alpha * alpha * $0 + variance).squareRoot() }
  }

  func entering(_ x: Matrix<Double>, at t: Double) -> Matrix<Double> {
    score.moments.entering(x, alpha: process.alpha(t), lengths: lengths(t))
  }

  func leaving(_ z: Matrix<Double>, at t: Double) -> Matrix<Double> {
    score.moments.leaving(z, alpha: process.alpha(t), lengths: lengths(t))
  }

  /// Carries each row of `x` from one time to another (either direction).
  ///
  /// Error estimates are those of z times the largest s_i: never too small on that account.
  public func transport(
    _ x: Matrix<Double>, from start: Double, to end: Double, tolerance: Double,
    estimatingErrors: Bool = true
  ) -> Transport {
    precondition(x.columns == dimension, "\(x.columns) columns for dimension \(dimension)")
    let field = field
    let carried = FieldTransport(tolerance: tolerance) { field.velocities($1, angles: $0) }
      .carry(
        entering(x, at: start), from: angle(start), to: angle(end),
        estimatingErrors: estimatingErrors)
    return carried.replacing(
      states: leaving(carried.states, at: end), errorScale: lengths(end).reduce(0, max))
  }

  /// Draws from the law at time t: Gaussian noise of the data's moments at the horizon, carried by
  /// the flow.
  ///
  /// - Throws: `FlowError.unfinished` if a sample does not arrive.
  public func sample(
    _ count: Int, at t: Double, tolerance: Double, from stream: RandomStream
  ) throws(FlowError) -> Matrix<Double> {
    let noise = leaving(
      stream.normals(rows: count, columns: dimension), at: process.horizon)
    if t == process.horizon { return noise }
    return try transport(noise, from: process.horizon, to: t, tolerance: tolerance)
      .orThrow().states
  }

  /// The score of each row: −z_i/s_i + (α√λ_i/(σ s_i)) N_i, on the axes.
  ///
  /// - Precondition: t is positive.
  public func score(_ x: Matrix<Double>, at t: Double) -> Matrix<Double> {
    precondition(t > 0, "the score of a learned flow at time \(t)")
    let (alpha, sigma) = (process.alpha(t), process.sigmaSquared(t).squareRoot())
    let (lengths, variances) = (lengths(t), score.moments.variances)
    let z = entering(x, at: t)
    var result = field.values(z, angles: Array(repeating: angle(t), count: x.rows))
    for i in 0..<x.rows {
      for j in 0..<dimension {
        let guess = alpha * variances[j].squareRoot() / sigma * result[i, j]
        result[i, j] = (guess - z[i, j]) / lengths[j]
      }
    }
    return Gemm.product(result, score.moments.axes)
  }
}
