import Arrays
import Mixtures
public import ProbabilityFlow
import RealModule
public import Stability

extension LearnedFlow {
  /// ∇v(x_i, t) u for the m vectors u in row i of `vectors`, in the process's own state.
  ///
  /// With x_i = α m_i + s_i z_i the velocity is α'm_i + s_i'z_i + s_i θ' dz_i/dθ, θ' = dθ/dt.
  /// - Precondition: t is positive.
  func velocityDerivative(
    _ vectors: Matrix<Double>, at x: Matrix<Double>, time t: Double
  ) -> Matrix<Double> {
    precondition(t > 0, "the velocity of a learned flow at time \(t)")
    let (n, d, moments) = (x.rows, dimension, score.moments)
    let m = vectors.columns / d
    let (alpha, speed) = (process.alpha(t), process.alphaDerivative(t))
    let (square, growth) = (process.sigmaSquared(t), 0.5 * process.sigmaSquaredDerivative(t))
    let (sigma, root, lengths) = (
      square.squareRoot(), moments.meanVariance.squareRoot(), lengths(t)
    )
    // θ = atan2(σ, α√λ̄).
    let turn =
      root * (growth / sigma * alpha - sigma * speed)
      / (alpha * alpha * moments.meanVariance + square)
    let framed = Gemm.product(
      Matrix(rows: n * m, columns: d, elements: vectors.elements), transposed: moments.axes)
    let pushed = field.push(
      framed.scalingColumns(lengths.map { 1 / $0 }), at: entering(x, at: t),
      angles: Array(repeating: angle(t), count: n)
    ).derivatives
    var result = framed
    for j in 0..<d {
      // s_i'/s_i.
      let stretch = (alpha * speed * moments.variances[j] + growth) / (lengths[j] * lengths[j])
      for v in 0..<n * m {
        result[v, j] = stretch * framed[v, j] + lengths[j] * turn * pushed[v, j]
      }
    }
    return Matrix(
      rows: n, columns: m * d, elements: Gemm.product(result, moments.axes).elements)
  }

  /// A profile for a grid of equal measured shares: √E‖∇v u‖² at so many angles from data to noise.
  ///
  /// Its first row, at t = 0, repeats the first rate.
  ///
  /// - Throws: `FlowError.unfinished` if a trajectory cannot be followed.
  public func stabilityProfile(
    points: Int = 64, samples: Int, seed: UInt64
  ) throws(FlowError) -> (times: [Double], rates: [Estimate]) {
    let times = Array(surveyTimes(points + 1).dropFirst())
    let measured = try LearnedStability(
      self, times: times, samples: samples, seed: seed, ratesOnly: true)
    let rates = measured.rates.compactMap { $0 }
    return ([0] + times, [rates[0]] + rates)
  }

  /// So many times from 0 to T at equal steps of θ.
  public func surveyTimes(_ count: Int = 14) -> [Double] {
    let (last, horizon) = (angle(process.horizon), process.horizon)
    let root = score.moments.meanVariance.squareRoot()
    let inner = (1..<count - 1).compactMap { k -> Double? in
      process.time(atNoiseLevel: root * Double.tan(last * Double(k) / Double(count - 1)))
    }
    return [0] + inner.filter { $0 > 0 && $0 < horizon } + [horizon]
  }
}
