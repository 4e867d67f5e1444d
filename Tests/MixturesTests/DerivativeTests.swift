import Arrays
import Mixtures
import RealModule
import TestSupport
import Testing

private let seeds = 0..<24

/// The fourth-order central difference of f along axis a at x.
private func difference(
  _ f: (Matrix<Double>) -> [Double], _ x: [Double], axis a: Int, step h: Double
) -> [Double] {
  func value(_ offset: Double) -> [Double] {
    var moved = x
    moved[a] += offset
    return f(Matrix([moved]))
  }
  let (p1, m1, p2, m2) = (value(h), value(-h), value(2 * h), value(-2 * h))
  return p1.indices.map { (8 * (p1[$0] - m1[$0]) - (p2[$0] - m2[$0])) / (12 * h) }
}

/// Draws of p_t at t = 0 and later times, and points in the tails and at the means.
private func probes(_ c: RandomCase) -> [(Marginal, Matrix<Double>)] {
  [0, 0.01, 0.3, 1].map { fraction in
    let t = fraction * c.process.horizon
    let marginal = Marginal(c.mixture, c.process, at: t)
    let drawn = c.sample(3, at: t)
    let far = drawn.elements.map { 5 * $0 + 2 }
    return (
      marginal,
      Matrix(
        rows: 6 + c.mixture.componentCount, columns: drawn.columns,
        elements: drawn.elements + far + c.mixture.means.elements)
    )
  }
}

@Test(arguments: CovarianceType.allCases)
func theScoreIsTheGradientOfTheLogDensity(_ type: CovarianceType) throws {
  for seed in seeds {
    for (marginal, x) in probes(try RandomCase(seed, type)) {
      let score = marginal.score(x)
      for i in 0..<x.rows {
        for a in 0..<x.columns {
          let slope = difference(marginal.logDensity, Array(x[row: i]), axis: a, step: 1e-3)[0]
          // Rounding of log p over h, and the fifth derivative times h⁴.
          let scale = 1 + norm(score[row: i])
          #expect(abs(slope - score[i, a]) < 2e-8 * scale * scale, "\(type), seed \(seed)")
        }
      }
    }
  }
}

@Test(arguments: CovarianceType.allCases)
func theJacobianIsTheDerivativeOfTheScore(_ type: CovarianceType) throws {
  for seed in seeds {
    for (marginal, x) in probes(try RandomCase(seed, type)) {
      let (d, jacobian) = (x.columns, marginal.scoreJacobian(x))
      #expect(jacobian.columns == d * d)
      for i in 0..<x.rows {
        let scale = 1 + norm(jacobian[row: i])
        for b in 0..<d {
          let slope = difference(
            { marginal.score($0).elements }, Array(x[row: i]), axis: b, step: 1e-4)
          for a in 0..<d {
            let entry = jacobian[i, a * d + b]
            #expect(abs(slope[a] - entry) < 2e-8 * scale * scale, "\(type), seed \(seed)")
            #expect(abs(entry - jacobian[i, b * d + a]) < 1e-12 * scale)
          }
        }
      }
    }
  }
}

@Test(arguments: CovarianceType.allCases)
func everyQuantityMatchesItsNaiveTwin(_ type: CovarianceType) throws {
  for seed in seeds {
    let c = try RandomCase(seed, type)
    for (marginal, x) in probes(c) {
      let (alpha, sigma2) = (marginal.alpha, marginal.sigmaSquared)
      let twin = NaiveMarginal(c.mixture, alpha: alpha, sigmaSquared: sigma2)
      let density = marginal.logDensity(x)
      let (gamma, score) = (marginal.responsibilities(x), marginal.score(x))
      let posterior = marginal.posteriorMean(x)
      for i in 0..<x.rows {
        let point = Array(x[row: i])
        let expected = twin.evaluate(point)
        let slope = twin.score(point)
        #expect(agrees(density[i], expected.logDensity, relative: 1e-11, absolute: 1e-11))
        #expect(largestDifference(gamma[row: i], expected.responsibilities) < 1e-10)
        #expect(abs(gamma[row: i].reduce(0, +) - 1) < 1e-13)
        #expect(distance(score[row: i], slope) < 1e-10 * (1 + norm(slope)))
        // Tweedie's formula: α E[X_0 | x] = x + σ² s.
        let tweedie = zip(point, slope).map { ($0 + sigma2 * $1) / alpha }
        #expect(distance(posterior[row: i], tweedie) < 1e-9 * (1 + norm(tweedie)))
      }
    }
  }
}

/// The same distribution written as any of the types has the same fields.
@Test func covarianceTypesAgreeOnTheSameMixture() throws {
  let (weights, means) = ([0.3, 0.7], Matrix<Double>([[1, -2, 0.5], [-1, 0, 2]]))
  let v = 0.37
  var isotropic = Matrix<Double>.identity(3)
  for i in isotropic.elements.indices { isotropic.elements[i] *= v }
  let forms: [Covariances] = [
    .spherical([v, v]), .diagonal(Matrix(rows: 2, columns: 3, repeating: v)), .tied(isotropic),
    .full([isotropic, isotropic]),
  ]
  let x = RandomStream(seed: 3).normals(rows: 9, columns: 3)
  let marginals = try forms.map {
    Marginal(
      try GaussianMixture(weights: weights, means: means, covariances: $0), alpha: 0.8,
      sigmaSquared: 0.2)
  }
  for marginal in marginals.dropFirst() {
    #expect(largestDifference(marginal.logDensity(x), marginals[0].logDensity(x)) < 1e-12)
    #expect(
      largestDifference(marginal.score(x).elements, marginals[0].score(x).elements) < 1e-12)
    let (jacobian, expected) = (marginal.scoreJacobian(x), marginals[0].scoreJacobian(x))
    #expect(largestDifference(jacobian.elements, expected.elements) < 1e-12)
  }
}
