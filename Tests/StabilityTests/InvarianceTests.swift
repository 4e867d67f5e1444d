import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import Stability
import TestSupport
import Testing

/// The mixture turned by a Householder reflection and a shift of all means.
private func turned(_ mixture: GaussianMixture, _ stream: RandomStream) throws -> GaussianMixture {
  let d = mixture.dimension
  let axis = stream.substream("axis").normals(rows: 1, columns: d).elements
  let square = axis.reduce(0) { $0 + $1 * $1 }
  var reflection = Matrix<Double>.identity(d)
  for a in 0..<d {
    for b in 0..<d { reflection[a, b] -= 2 * axis[a] * axis[b] / square }
  }
  var means = Gemm.product(mixture.means, reflection)
  for k in 0..<means.rows {
    for a in 0..<d { means[k, a] += 7 }
  }
  var covariances = mixture.covariances
  if case .tied(let matrix) = covariances {
    covariances = .tied(Gemm.product(reflection, Gemm.product(matrix, reflection)))
  }
  return try GaussianMixture(weights: mixture.weights, means: means, covariances: covariances)
}

@Test(arguments: [true, false])
func rotationsAndShiftsChangeNothing(_ isotropic: Bool) throws {
  for seed in 0..<12 {
    let c = try SharedCase(seed, isotropic: isotropic)
    let other = ProbabilityFlow(try turned(c.flow.mixture, c.stream), c.process)
    let (first, second) = (StabilityBound(c.flow), StabilityBound(other))
    let information = (InformationCertificate(c.flow), InformationCertificate(other))
    let horizon = c.process.horizon
    for t in [0.01, 0.2, 1].map({ $0 * horizon }) {
      let pairs = [
        (first.twoSided(t), second.twoSided(t)), (first.oneSided(t), second.oneSided(t)),
        (first.cumulative(t), second.cumulative(t)),
        (first.logAmplification(from: t, to: 0), second.logAmplification(from: t, to: 0)),
        (first.logAmplification(from: 0, to: t), second.logAmplification(from: 0, to: t)),
        (information.0.lowerInformation(t), information.1.lowerInformation(t)),
        (information.0.upperInformation(t), information.1.upperInformation(t)),
      ]
      for (one, two) in pairs {
        #expect(agrees(two, one, relative: 1e-10, absolute: 1e-10), "seed \(seed), t = \(t)")
      }
    }
    guard c.flow.mixture.componentCount > 1 else { continue }
    for rule in GridRules.all where rule.family != .optimised {
      let grids = [c.flow, other].map { flow in
        var request = GridRequest(flow, segments: 4)
        request.samples = 1
        return Result { () throws(ScheduleError) in try rule.grid(request) }
      }
      // A table whose noise levels the process does not have serves neither.
      if case (.failure(let one), .failure(let two)) = (grids[0], grids[1]) {
        #expect(one == two, "\(rule.name), seed \(seed)")
        continue
      }
      let (grid, turned) = (try grids[0].get(), try grids[1].get())
      // Rules that evaluate the flow draw samples, which do not turn with the mixture.
      guard grid.evaluations == 0 else { continue }
      let difference = largestDifference(grid.times, turned.times)
      #expect(difference < 1e-9, "\(rule.name), seed \(seed)")
    }
  }
}

/// One isotropic matrix is the spherical case, so the general path must give its closed form.
@Test func anIsotropicMatrixIsTheSphericalCase() throws {
  for seed in 0..<10 {
    let c = try SharedCase(seed, isotropic: true)
    let mixture = c.flow.mixture
    let variance = try #require(mixture.sharedIsotropicVariance)
    var matrix = Matrix<Double>.identity(mixture.dimension)
    for a in 0..<mixture.dimension { matrix[a, a] = variance }
    let tied = try GaussianMixture(
      weights: mixture.weights, means: mixture.means, covariances: .tied(matrix))
    let spherical = StabilityBound(c.flow)
    let general = StabilityBound(ProbabilityFlow(tied, c.process))
    for t in [0.03, 0.5, 1].map({ $0 * c.process.horizon }) {
      let pairs = [
        (spherical.twoSided(t), general.twoSided(t)),
        (spherical.oneSided(t), general.oneSided(t)),
        (spherical.cumulative(t), general.cumulative(t)),
        (spherical.logAmplification(from: t, to: 0), general.logAmplification(from: t, to: 0)),
      ]
      for (one, two) in pairs { #expect(agrees(two, one, relative: 1e-9, absolute: 1e-9)) }
    }
  }
}

/// The bound of a shared matrix from its definition: elimination for C^{-1}(μ_i − μ_j), and a
/// difference quotient for ½ (log c_a)'.
@Test func theTiedBoundIsItsFormula() throws {
  for seed in 0..<15 {
    let c = try SharedCase(seed, isotropic: false)
    let (mixture, process) = (c.flow.mixture, c.process)
    let (bound, covariance) = (StabilityBound(c.flow), mixture.covariance(0))
    let eigenvalues = try #require(SymmetricEigen(covariance)).values
    let t = 0.13
    func variance(_ lambda: Double, _ t: Double) -> Double {
      process.alpha(t) * process.alpha(t) * lambda + process.sigmaSquared(t)
    }
    var marginal = covariance
    for i in marginal.elements.indices {
      marginal.elements[i] *= process.alpha(t) * process.alpha(t)
    }
    for a in 0..<marginal.rows { marginal[a, a] += process.sigmaSquared(t) }
    let factor = Cholesky(marginal)
    var largest = 0.0
    for i in 0..<mixture.componentCount {
      for j in 0..<i {
        let difference = zip(mixture.means[row: i], mixture.means[row: j]).map { $0 - $1 }
        largest = max(largest, norm(factor.solve(difference)))
      }
    }
    let pull =
      process.diffusionSquared(t) * process.alpha(t) * process.alpha(t) * largest * largest / 8
    let stretches = eigenvalues.map { lambda in
      let h = 1e-5
      return 0.25 * Double.log(variance(lambda, t + h) / variance(lambda, t - h)) / h
    }
    let steepest = stretches.map { abs($0) }.reduce(0, max)
    #expect(agrees(bound.twoSided(t), steepest + pull, relative: 1e-7))
    // λ_max(−B + ⅛g²α² ddᵀ) by decomposition, d = C^{-1}(μ_i − μ_j).
    var expected = -stretches.reduce(.infinity, min)
    let f = process.drift(t)
    let half = 0.5 * process.diffusionSquared(t)
    for i in 0..<mixture.componentCount {
      for j in 0..<i {
        let difference = zip(mixture.means[row: i], mixture.means[row: j]).map { $0 - $1 }
        let force = factor.solve(difference)
        var matrix = Matrix<Double>(rows: marginal.rows, columns: marginal.rows)
        for a in 0..<marginal.rows {
          var axis = [Double](repeating: 0, count: marginal.rows)
          axis[a] = 1
          let column = factor.solve(axis)
          for b in 0..<marginal.rows {
            matrix[a, b] =
              (a == b ? -f : 0) - half * column[b]
              + 0.25 * half * process.alpha(t) * process.alpha(t) * force[a] * force[b]
          }
        }
        expected = max(expected, SymmetricEigen.values(matrix)?.last ?? .nan)
      }
    }
    #expect(agrees(bound.oneSided(t), expected, relative: 1e-7, absolute: 1e-7))
    let quadrature = simpson(to: t, layer: 1e-3, panels: 400) { bound.twoSided($0) }
    #expect(agrees(bound.cumulative(t), quadrature, relative: 1e-6))
  }
}
