package import Arrays
package import Mixtures
import RealModule

/// Monte Carlo estimates of the Kullback–Leibler upper bound of Align Your Steps, with common random
/// numbers (Sabour, Fidler and Kreis, ICML 2024).
///
/// KLUB = Σ_i ∫ over (a_i, u_i) of t^{−3} E‖D(x_t, t) − D(x_{u_i}, u_i)‖² dt in EDM's variables, D the denoiser,
/// x_t = x_0 + t n and x_u = x_t + √(u² − t²) n′.
package struct KLUBEstimator: Sendable {
  private let mixture: GaussianMixture
  /// In the frame of the mixture's spectrum: data x_0, noise n and n′.
  private let data, noise, bridge: Matrix<Double>
  /// Shares that place t, one for each row.
  private let shares: [Double]
  /// c² of the importance density.
  private let variance: Double

  /// An estimator on given random numbers, each matrix N×d and `shares` in (0, 1).
  package init(
    _ mixture: GaussianMixture, data: Matrix<Double>, noise: Matrix<Double>,
    bridge: Matrix<Double>, shares: [Double], variance: Double
  ) {
    precondition(shares.count == data.rows && noise.rows == data.rows && bridge.rows == data.rows)
    self.mixture = mixture
    self.data = mixture.spectrum.enteringFrame(data)
    self.noise = mixture.spectrum.enteringFrame(noise)
    self.bridge = mixture.spectrum.enteringFrame(bridge)
    (self.shares, self.variance) = (shares, variance)
  }

  /// An estimator on random numbers of a stream.
  package init(
    _ mixture: GaussianMixture, samples n: Int, from stream: RandomStream, variance: Double
  ) {
    let d = mixture.dimension
    self.init(
      mixture,
      data: Marginal(mixture, alpha: 1, sigmaSquared: 0).sample(
        n, from: stream.substream("data")),
      noise: stream.substream("noise").normals(rows: n, columns: d),
      bridge: stream.substream("bridge").normals(rows: n, columns: d),
      shares: stream.substream("times").uniforms(n), variance: variance)
  }

  /// Evaluations of the denoiser for one interval.
  package var evaluationsPerInterval: Int { 2 * data.rows }

  /// The part of KLUB of one interval of noise levels.
  package func interval(from lower: Double, to upper: Double) -> Double {
    let density = ImportanceDensity(lower: lower, upper: upper, variance: variance)
    let blocks = Parallel.blocks(of: data.rows, grain: 64)
    let sums = Parallel.map(blocks.count) { b in sum(over: blocks[b], density) }
    return density.total * sums.reduce(0, +) / Double(data.rows)
  }

  /// KLUB of descending levels.
  package func total(_ levels: [Double]) -> Double {
    zip(levels, levels.dropFirst()).reduce(0) { $0 + interval(from: $1.1, to: $1.0) }
  }

  /// Σ ‖D(x_t, t) − D(x_u, u)‖²/w(t) over some rows.
  private func sum(over rows: Range<Int>, _ density: ImportanceDensity) -> Double {
    let (d, n) = (data.columns, rows.count)
    let times = rows.map { density.quantile(shares[$0]) }
    var x = [Double](repeating: 0, count: 2 * n * d)
    for (row, i) in rows.enumerated() {
      let (t, u) = (times[row], density.upper)
      let gap = ((u - t) * (u + t)).squareRoot()
      for a in 0..<d {
        let e = i * d + a
        x[row * d + a] = data.elements[e] + t * noise.elements[e]
        x[(n + row) * d + a] = x[row * d + a] + gap * bridge.elements[e]
      }
    }
    let ones = [Double](repeating: 1, count: 2 * n)
    let levels = times + [Double](repeating: density.upper, count: n)
    var denoised = [Double](repeating: 0, count: 2 * n * d)
    var out = denoised.mutableSpan
    var scratch = EvaluationScratch()
    _ = mixture.spectrum.evaluate(
      x.span, rows: GaussianRows(shift: ones, scale: ones, offset: levels.map { $0 * $0 }),
      lambda: mixture.spectrum.lambda, logWeights: mixture.weights.map { .log($0) },
      sum: .posteriorMean(shift: ones), into: &out, scratch: &scratch)
    return (0..<n).reduce(0) { sum, row in
      let square = (row * d..<(row + 1) * d).reduce(0.0) {
        let difference = denoised[$1] - denoised[n * d + $1]
        return $0 + difference * difference
      }
      return sum + square / density.weight(times[row])
    }
  }
}
