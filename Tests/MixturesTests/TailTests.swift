import Arrays
import Mixtures
import RealModule
import TestSupport
import Testing

/// Far out one Gaussian is left: s ≈ −C_k^{-1}(x − αμ_k) for the component that dominates there.
@Test(arguments: CovarianceType.allCases)
func farOutTheScoreIsThatOfOneComponent(_ type: CovarianceType) throws {
  for seed in 0..<24 {
    let c = try RandomCase(seed, type)
    let d = c.mixture.dimension
    for fraction in [0, 0.1, 1] {
      let marginal = Marginal(c.mixture, c.process, at: fraction * c.process.horizon)
      var x = c.stream.substream("directions").normals(rows: 4, columns: d)
      for i in 0..<4 {
        let length = norm(x[row: i])
        for a in 0..<d { x[i, a] *= 1e6 / length }
      }
      let (density, score) = (marginal.logDensity(x), marginal.score(x))
      let jacobian = marginal.scoreJacobian(x)
      #expect(density.allSatisfy { $0.isFinite })
      #expect(score.isFinite && jacobian.isFinite)
      let twin = NaiveMarginal(
        c.mixture, alpha: marginal.alpha, sigmaSquared: marginal.sigmaSquared)
      for i in 0..<4 {
        let parts = twin.evaluate(Array(x[row: i]))
        let order = parts.responsibilities.indices.sorted {
          parts.responsibilities[$0] > parts.responsibilities[$1]
        }
        let dominant = order[0]
        #expect(parts.responsibilities[dominant] > 0.999_999, "not far enough to tell")
        let pull = parts.pulls[dominant]
        #expect(distance(score[row: i], pull) < 1e-8 * norm(pull), "\(type), seed \(seed)")
        #expect(agrees(density[i], parts.logDensity, relative: 1e-12))
      }
    }
  }
}

/// The sphere's case in closed form, beyond 1e150 where squares overflow included.
@Test func aSphericalTailIsLinear() throws {
  let mixture = try twoModes(at: 1, variance: 0.25, dimension: 3)
  let marginal = Marginal(mixture, alpha: 0.5, sigmaSquared: 0.75)
  let s2 = 0.25 * 0.25 + 0.75
  for size in [1e6, 1e100] {
    let score = marginal.score(Matrix([[size, 0, 0], [-size, size, 0]]))
    let expected = [-(size - 0.5) / s2, 0, 0, (size - 0.5) / s2, -size / s2, 0]
    for (found, wanted) in zip(score.elements, expected) {
      #expect(agrees(found, wanted, relative: 1e-13, absolute: 0))
    }
    #expect(marginal.logDensity(Matrix([[size, 0, 0]]))[0].isFinite)
  }
}

/// At t = 0 the marginal is the mixture itself, to the last bit of α and σ².
@Test(arguments: CovarianceType.allCases)
func atTimeZeroTheMarginalIsTheMixture(_ type: CovarianceType) throws {
  let c = try RandomCase(7, type)
  let marginal = Marginal(c.mixture, c.process, at: 0)
  #expect(marginal.alpha == 1 && marginal.sigmaSquared == 0)
  let x = c.sample(5, at: 0)
  let twin = NaiveMarginal(c.mixture, alpha: 1, sigmaSquared: 0)
  for i in 0..<5 {
    let expected = twin.evaluate(Array(x[row: i])).logDensity
    #expect(agrees(marginal.logDensity(x)[i], expected, relative: 1e-11, absolute: 1e-11))
  }
}

/// Variances far below and above 1 in every type; the scores are exact rationals of the numbers.
@Test(arguments: CovarianceType.allCases, [1e-12, 1e-60, 1e60])
func tinyAndHugeVariancesAreHarmless(_ type: CovarianceType, _ v: Double) throws {
  // Nine dimensions: more than the kernels take together, and a remainder.
  let d = 9
  var matrix = Matrix<Double>(rows: d, columns: d)
  for a in 0..<d { matrix[a, a] = a % 2 == 0 ? v : 2 * v }
  var other = matrix
  other[0, 0] = 3 * v
  let covariances: Covariances =
    switch type {
    case .spherical: .spherical([v, v])
    case .diagonal:
      .diagonal(Matrix([(0..<d).map { matrix[$0, $0] }, (0..<d).map { other[$0, $0] }]))
    case .tied: .tied(matrix)
    case .full: .full([matrix, other])
    }
  var means = Matrix<Double>(rows: 2, columns: d)
  // Many standard deviations apart in units of the noise.
  for a in 0..<d { means[1, a] = 1e4 * v.squareRoot() }
  let mixture = try GaussianMixture(weights: [0.25, 0.75], means: means, covariances: covariances)
  let marginal = Marginal(mixture, alpha: 1, sigmaSquared: 0)
  var x = means
  for a in 0..<d { x[1, a] += v.squareRoot() * Double(a % 3) }
  let (density, score) = (marginal.logDensity(x), marginal.score(x))
  for k in 0..<2 {
    let variances = (0..<d).map { mixture.covariance(k)[$0, $0] }
    var expected = Double.log(mixture.weights[k])
    for a in 0..<d {
      let z = x[k, a] - means[k, a]
      expected -= 0.5 * (z * z / variances[a] + .log(2 * .pi) + .log(variances[a]))
      let slope = -z / variances[a]
      #expect(agrees(score[k, a], slope, relative: 1e-9, absolute: 1e-9 / v.squareRoot()))
    }
    #expect(agrees(density[k], expected, relative: 1e-10, absolute: 1e-10))
  }
  #expect(marginal.scoreJacobian(x).isFinite)
}

/// Scales so different that a running product of variances underflows on the way to 1.
@Test func widelySpreadVariancesAreHarmless() throws {
  let variances: [Double] = [1e-80, 1e-80, 1e-80, 1e-85, 1e80, 1e80, 1e80, 1e85, 2]
  let mixture = try GaussianMixture(
    weights: [1], means: Matrix(rows: 1, columns: 9), covariances: .diagonal(Matrix([variances])))
  let density = Marginal(mixture, alpha: 1, sigmaSquared: 0).logDensity(
    Matrix(rows: 1, columns: 9))
  #expect(agrees(density[0], -4.5 * .log(2 * .pi) - 0.5 * .log(2), relative: 1e-12))
}
