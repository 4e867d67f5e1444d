import Arrays
import Mixtures
import RealModule

extension MixtureSuite {
  /// Mixtures in many dimensions.
  static let spaces = [
    SuiteMixture(
      "random-16",
      "ten modes of deviation 0.1 at normal places in 16 dimensions: splits of many sizes"
    ) { () throws(MixtureError) in
      let means = stream("random-16").normals(rows: 10, columns: 16)
      return try modes((0..<10).map { Array(means[row: $0]) }, deviation: 0.1)
    },
    SuiteMixture(
      "random-64",
      "twenty unequal modes in 64 dimensions with variances that fall as in images: many scales"
    ) { () throws(MixtureError) in try random64() },
    SuiteMixture(
      "paper", "the mixture paper:0 of arXiv:2606.03820: twenty modes in 64 dimensions, far apart"
    ) { () throws(MixtureError) in try .paper(seed: 0) },
    SuiteMixture(
      "digits",
      "twenty spherical Gaussians fitted to handwritten digits: real data, modes of unequal size and weight"
    ) { () throws(MixtureError) in try digits() },
  ]

  private static func stream(_ name: String) -> RandomStream {
    RandomStream(seed: 0).substream("suite").substream(name)
  }

  /// Axis j has variance 1/(1 + j), four fifths of it between modes and the rest, halved to doubled,
  /// within each; weights fall as 1/(1 + k).
  private static func random64() throws(MixtureError) -> GaussianMixture {
    let (k, d) = (20, 64)
    let stream = stream("random-64")
    var means = stream.substream("means").normals(rows: k, columns: d)
    var variances = Matrix(
      rows: k, columns: d, elements: stream.substream("variances").uniforms(k * d))
    for i in means.elements.indices {
      let variance = 1 / Double(1 + i % d)
      means.elements[i] *= (0.8 * variance).squareRoot()
      variances.elements[i] = 0.2 * variance * .pow(2, 2 * variances.elements[i] - 1)
    }
    let weights = (0..<k).map { 1 / Double(1 + $0) }
    let total = weights.reduce(0, +)
    return try GaussianMixture(
      weights: weights.map { $0 / total }, means: means, covariances: .diagonal(variances))
  }
}
