public import Arrays
import RealModule

/// The law p_t of X_t: the mixture Σ_k w_k N(α μ_k, α²Σ_k + σ²I), in closed form and float64.
///
/// Everything goes through log-sum-exp and differences x − αμ_k (or products where a bound shows that
/// they lose nothing), so that it stays right far out in the tails and at t = 0. Batches are N×d; rows are computed in parallel, with results that
/// do not depend on the number of threads.
public struct Marginal: Sendable {
  /// The mixture at t = 0.
  public let mixture: GaussianMixture
  /// α(t).
  public let alpha: Double
  /// σ(t)².
  public let sigmaSquared: Double

  /// Rows evaluated together: enough for BLAS, few enough for the second-level cache, and a divisor of
  /// the usual batches, so that threads share them evenly.
  static let grain = 128

  /// Bytes of a result from which on it is written past the caches: at half of that the two ways were equal.
  static let mostCached = 16 << 20

  /// The law of α X_0 + σ Z.
  public init(_ mixture: GaussianMixture, alpha: Double, sigmaSquared: Double) {
    self.mixture = mixture
    self.alpha = alpha
    self.sigmaSquared = sigmaSquared
  }

  /// The law of X_t under a process.
  public init(_ mixture: GaussianMixture, _ process: some ForwardProcess, at t: Double) {
    self.init(mixture, alpha: process.alpha(t), sigmaSquared: process.sigmaSquared(t))
  }

  /// log p_t(x) for each row of x.
  public func logDensity(_ x: Matrix<Double>) -> [Double] {
    let offset = -0.5 * Double(mixture.dimension) * .log(2 * .pi)
    var result = Matrix<Double>(rows: x.rows, columns: 1)
    let (framed, logWeights) = (mixture.spectrum.enteringFrame(x), mixture.logWeights)
    result.forEachRowBlock(grain: Marginal.grain) { range, block in
      var scratch = EvaluationScratch()
      var unused: [Double] = []
      var none = unused.mutableSpan
      let logSum = evaluate(framed, range, logWeights, sum: nil, into: &none, scratch: &scratch)
      for i in logSum.indices { block[i] = logSum[i] + offset }
    }
    return result.elements
  }

  /// The responsibilities γ_k(x, t), N×K: the posterior probability of each component.
  public func responsibilities(_ x: Matrix<Double>) -> Matrix<Double> {
    var result = Matrix<Double>(rows: x.rows, columns: mixture.componentCount)
    let (framed, logWeights) = (mixture.spectrum.enteringFrame(x), mixture.logWeights)
    result.forEachRowBlock(grain: Marginal.grain) { range, block in
      var scratch = EvaluationScratch()
      var unused: [Double] = []
      var none = unused.mutableSpan
      _ = evaluate(framed, range, logWeights, sum: nil, into: &none, scratch: &scratch)
      block.copy(scratch.responsibilities.span)
    }
    return result
  }

  /// The score ∇ log p_t(x) = −Σ_k γ_k C_k^{-1}(x − αμ_k), N×d.
  public func score(_ x: Matrix<Double>) -> Matrix<Double> {
    posteriorSum(x, PosteriorSum.score(rows:))
  }

  /// The posterior mean E[X_0 | X_t = x] = Σ_k γ_k (μ_k + αΣ_k C_k^{-1}(x − αμ_k)), N×d.
  public func posteriorMean(_ x: Matrix<Double>) -> Matrix<Double> {
    posteriorSum(x) { n in .posteriorMean(shift: [Double](repeating: alpha, count: n)) }
  }

  private func posteriorSum(
    _ x: Matrix<Double>, _ sum: @Sendable (Int) -> PosteriorSum
  ) -> Matrix<Double> {
    let (framed, logWeights) = (mixture.spectrum.enteringFrame(x), mixture.logWeights)
    let pastCaches = x.elements.count * 8 >= Marginal.mostCached
    let result = Matrix<Double>(rows: x.rows, columns: x.columns, grain: Marginal.grain) {
      range, block in
      var scratch = EvaluationScratch()
      var sum = sum(range.count)
      sum.pastCaches = pastCaches
      _ = evaluate(framed, range, logWeights, sum: sum, into: &block, scratch: &scratch)
    }
    return mixture.spectrum.leavingFrame(result)
  }

  /// Evaluates the rows in `range` of framed states.
  func evaluate(
    _ framed: Matrix<Double>, _ range: Range<Int>, _ logWeights: [Double], sum: PosteriorSum?,
    into out: inout MutableSpan<Double>, scratch: inout EvaluationScratch
  ) -> [Double] {
    precondition(
      framed.columns == mixture.dimension,
      "\(framed.columns) columns for dimension \(mixture.dimension)")
    let d = framed.columns
    return mixture.spectrum.evaluate(
      framed.elements.span.extracting(range.lowerBound * d..<range.upperBound * d),
      rows: scalars(range.count), lambda: mixture.spectrum.lambda,
      logWeights: logWeights, sum: sum, into: &out, scratch: &scratch)
  }

  /// This marginal's scalars for `count` rows.
  func scalars(_ count: Int) -> GaussianRows {
    GaussianRows(
      shift: Array(repeating: alpha, count: count),
      scale: Array(repeating: alpha * alpha, count: count),
      offset: Array(repeating: sigmaSquared, count: count))
  }
}
