public import Arrays
public import Mixtures
import RealModule

extension CovarianceType {
  /// Random covariances of this type, eigenvalues between 0.05 and about 2.
  func random(components k: Int, dimension d: Int, from stream: RandomStream) -> Covariances {
    func variances(_ name: String, _ rows: Int, _ columns: Int) -> Matrix<Double> {
      let u = stream.substream(name).uniforms(rows * columns)
      return Matrix(rows: rows, columns: columns, elements: u.map { 0.05 * .exp(3.7 * $0) })
    }
    func matrix(_ j: Int) -> Matrix<Double> {
      // A Gram matrix over its order, with a floor under the eigenvalues.
      let g = stream.substream("gram").substream(UInt64(j)).normals(rows: d, columns: d)
      var result = Matrix<Double>(rows: d, columns: d)
      for a in 0..<d {
        for b in 0..<d {
          let product = (0..<d).reduce(0.0) { $0 + g[a, $1] * g[b, $1] }
          result[a, b] = 0.5 * product / Double(d) + (a == b ? 0.05 : 0)
        }
      }
      return result
    }
    return switch self {
    case .spherical: .spherical(variances("variances", k, 1).elements)
    case .diagonal: .diagonal(variances("variances", k, d))
    case .tied: .tied(matrix(0))
    case .full: .full((0..<k).map(matrix))
    }
  }
}

/// A random mixture under a random process, a pure function of its seed.
public struct RandomCase: Sendable {
  /// The mixture: 1 to 5 components in 1 to 6 dimensions.
  public let mixture: GaussianMixture
  /// The process.
  public let process: OrnsteinUhlenbeck
  /// For more random numbers.
  public let stream: RandomStream

  /// The case of a seed.
  public init(_ seed: Int, _ type: CovarianceType) throws(MixtureError) {
    stream = RandomStream(seed: 2606).substream(type.rawValue).substream(UInt64(seed))
    let u = stream.substream("shape").uniforms(8)
    let (k, d) = (1 + Int(u[0] * 5), 1 + Int(u[1] * 6))
    let raw = stream.substream("weights").uniforms(k).map { 0.1 + $0 }
    let total = raw.reduce(0, +)
    var means = stream.substream("means").normals(rows: k, columns: d)
    for i in means.elements.indices { means.elements[i] *= 1 + 3 * u[2] }
    mixture = try GaussianMixture(
      weights: raw.map { $0 / total }, means: means,
      covariances: type.random(components: k, dimension: d, from: stream))
    process = try OrnsteinUhlenbeck(
      beta: 0.5 + 4 * u[3], sigmaInfinity: 0.5 + 1.5 * u[4], horizon: 0.5 + u[5])
  }

  /// Draws from p_t, by a name so that different uses see different ones.
  public func sample(_ count: Int, at t: Double, _ name: String = "sample") -> Matrix<Double> {
    Marginal(mixture, process, at: t).sample(count, from: stream.substream(name))
  }
}

/// Two equal spherical modes at ±a on the first axis: the case in which many bounds are attained.
public func twoModes(
  at a: Double, variance: Double, dimension d: Int = 1
) throws(MixtureError) -> GaussianMixture {
  var means = Matrix<Double>(rows: 2, columns: d)
  (means[0, 0], means[1, 0]) = (-a, a)
  return try GaussianMixture(
    weights: [0.5, 0.5], means: means, covariances: .spherical([variance, variance]))
}
