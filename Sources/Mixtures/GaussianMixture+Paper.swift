import Arrays

extension GaussianMixture {
  /// The mixture of the paper's experiments: 20 equal components in 64 dimensions, means uniform
  /// in [−5, 5]^64, covariance σ_0² I.
  ///
  /// Means are bit-identical to the published ones: 32-bit Mersenne Twister, the low 24 bits of
  /// each draw divided by 2^24, mapped to [−5, 5] in single precision.
  /// - Throws: `MixtureError` if `sigma0` is not positive.
  public static func paper(
    seed: UInt32, sigma0: Double = 1
  ) throws(MixtureError) -> GaussianMixture {
    guard sigma0 > 0, sigma0.isFinite, (sigma0 * sigma0).isNormal else {
      throw .badParameter(name: "sigma0", value: sigma0, requirement: "positive and finite")
    }
    let (k, d) = (20, 64)
    var generator = MersenneTwister(seed: seed)
    let means = (0..<k * d).map { _ in
      let uniform = Float(generator.next() & 0xFF_FFFF) * 0x1p-24
      return Double((uniform * 2 - 1) * 5)
    }
    return try GaussianMixture(
      weights: Array(repeating: 1 / Double(k), count: k),
      means: Matrix(rows: k, columns: d, elements: means),
      covariances: .spherical(Array(repeating: sigma0 * sigma0, count: k)))
  }
}
