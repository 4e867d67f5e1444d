import Arrays
import RealModule

/// The covariance matrix adaptation evolution strategy with the usual constants (Hansen, 2016, "The CMA
/// evolution strategy: a tutorial", with weighted recombination and no negative weights).
///
/// A general optimiser against which rules are held; it knows values only.
func covarianceMatrixAdaptation(
  from start: [Double], size: Double, evaluations: Int, seed: UInt64, _ f: ([Double]) -> Double
) -> (x: [Double], value: Double) {
  let n = start.count
  let dimension = Double(n)
  let population = 4 + Int(3 * Double.log(dimension))
  let parents = population / 2
  let raw = (0..<parents).map { Double.log(Double(parents) + 0.5) - .log(Double($0 + 1)) }
  let weights = raw.map { $0 / raw.reduce(0, +) }
  let mass = 1 / weights.reduce(0) { $0 + $1 * $1 }
  let cSigma = (mass + 2) / (dimension + mass + 5)
  let damping = 1 + cSigma + 2 * max(0, ((mass - 1) / (dimension + 1)).squareRoot() - 1)
  let cCovariance = (4 + mass / dimension) / (dimension + 4 + 2 * mass / dimension)
  let cOne = 2 / ((dimension + 1.3) * (dimension + 1.3) + mass)
  let cMean = min(
    1 - cOne, 2 * (mass - 2 + 1 / mass) / ((dimension + 2) * (dimension + 2) + mass))
  let expected =
    dimension.squareRoot() * (1 - 1 / (4 * dimension) + 1 / (21 * dimension * dimension))

  var (mean, sigma) = (start, size)
  var covariance = Matrix<Double>.identity(n)
  var (path, sigmaPath) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
  var best = (x: start, value: f(start))
  var (used, generation) = (1, 0)
  while used + population <= evaluations, sigma > 1e-7 {
    guard let eigen = SymmetricEigen(covariance) else { break }
    let deviations = eigen.values.map { max($0, 1e-20).squareRoot() }
    let normals = RandomStream(seed: seed).substream(UInt64(generation))
      .normals(rows: population, columns: n)
    // y = B D z.
    let directions = (0..<population).map { i in
      (0..<n).map { a in
        (0..<n).reduce(0) { $0 + eigen.vectorRows[$1, a] * deviations[$1] * normals[i, $1] }
      }
    }
    var ranked: [(y: [Double], value: Double)] = []
    for y in directions {
      let x = zip(mean, y).map { $0 + sigma * $1 }
      let value = f(x)
      if value < best.value { best = (x, value) }
      ranked.append((y, value))
    }
    used += population
    generation += 1
    ranked.sort { $0.value < $1.value }
    let step = (0..<n).map { a in
      zip(weights, ranked).reduce(0) { $0 + $1.0 * $1.1.y[a] }
    }
    mean = zip(mean, step).map { $0 + sigma * $1 }
    // C^{−1/2} y = B D^{−1} Bᵀ y.
    let coordinates = (0..<n).map { j in
      (0..<n).reduce(0) { $0 + eigen.vectorRows[j, $1] * step[$1] } / deviations[j]
    }
    let white = (0..<n).map { a in
      (0..<n).reduce(0) { $0 + eigen.vectorRows[$1, a] * coordinates[$1] }
    }
    let keep = (cSigma * (2 - cSigma) * mass).squareRoot()
    sigmaPath = zip(sigmaPath, white).map { (1 - cSigma) * $0 + keep * $1 }
    let length = sigmaPath.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let decay = (1 - Double.pow(1 - cSigma, 2 * generation)).squareRoot()
    let stalled = length / decay >= (1.4 + 2 / (dimension + 1)) * expected
    let gain = stalled ? 0 : (cCovariance * (2 - cCovariance) * mass).squareRoot()
    path = zip(path, step).map { (1 - cCovariance) * $0 + gain * $1 }
    let rest = 1 - cOne - cMean + (stalled ? cOne * cCovariance * (2 - cCovariance) : 0)
    for a in 0..<n {
      for b in 0..<n {
        let spread = zip(weights, ranked).reduce(0) { $0 + $1.0 * $1.1.y[a] * $1.1.y[b] }
        covariance[a, b] = rest * covariance[a, b] + cOne * path[a] * path[b] + cMean * spread
      }
    }
    sigma *= .exp(min(1, cSigma / damping * (length / expected - 1)))
  }
  return best
}
