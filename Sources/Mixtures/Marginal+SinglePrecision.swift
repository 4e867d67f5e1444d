public import Arrays
import RealModule

extension Marginal {
  /// The score of states in float32, N×d: about twice as fast as in float64 where one isotropic variance
  /// serves all components, and computed in float64 otherwise.
  ///
  /// An estimate to single precision, with one certified part. With c = α²σ_0² + σ², the largest
  /// distance R of a mean to the middle of all and τ = 2^-12, wrong logits change the score by at most
  /// 4KτRα/c, which modes far apart never come near: their logits are from differences in float64.
  /// Rounding adds about 1e-7 of ‖s‖ + √(d/c). Measured for 1 to 784 dimensions, 1 to 1,000 components and modes up to
  /// 1e4 standard deviations apart: 1e-5 of ‖s‖ + √(d/c) near the modes, 1e-4 halfway between two.
  ///
  /// Not for teachers, certificates or Jacobians: they need the digits of float64.
  public func score(_ x: Matrix<Float>) -> Matrix<Float> {
    precondition(
      x.columns == mixture.dimension, "\(x.columns) columns for dimension \(mixture.dimension)")
    guard let means = mixture.spectrum.packedSingle() else {
      return score(x.inDoublePrecision).inSinglePrecision
    }
    let lambda = mixture.spectrum.lambda[0, 0]
    let (d, logWeights) = (x.columns, mixture.logWeights)
    let pastCaches = x.elements.count * 4 >= Marginal.mostCached
    // Twice the rows of float64 take as much of the cache.
    return Matrix<Float>(rows: x.rows, columns: d, grain: 2 * Marginal.grain) { range, block in
      let sum = PosteriorSum.score(rows: range.count)
      PosteriorKernels.sum(
        x.elements.span.extracting(range.lowerBound * d..<range.upperBound * d),
        rows: scalars(range.count), means: means, lambda: lambda, logWeights: logWeights,
        p: sum.p, e1: sum.e1, e0: sum.e0, pastCaches: pastCaches, into: &block)
    }
  }
}

extension GaussianMixture {
  /// log w_k.
  var logWeights: [Double] { weights.map { .log($0) } }
}
