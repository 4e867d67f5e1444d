import Arrays
import Networks
import RealModule
import Stability

/// Denoising score matching in the variables of `DataMoments`: pairs of what the network takes and
/// what it should return.
///
/// With ŵ the data in unit variables and ε noise, z_i = cos θ_i ŵ_i + sin θ_i ε_i, and D = X_0 asks for
/// N_i* = sin θ_i ŵ_i − cos θ_i ε_i. The loss is EDM's ‖D − X_0‖²/c_out² of one c_out for all axes, which in
/// N weighs axis i by w_i = λ_i/(λ_i cos²θ + λ̄ sin²θ).
struct ScoreMatchingBatch {
  let inputs: Matrix<Float>
  let targets: Matrix<Float>
  let weights: Matrix<Float>

  /// A pair for each row of unit data, with its angle and noise.
  init(_ unit: Matrix<Double>, angles: [Double], noise: Matrix<Double>, _ moments: DataMoments) {
    let d = unit.columns
    var (z, target) = (unit, unit)
    var weights = Matrix<Float>(rows: unit.rows, columns: d)
    let average = moments.meanVariance
    for i in 0..<unit.rows {
      let (c, s) = (Double.cos(angles[i]), Double.sin(angles[i]))
      for j in 0..<d {
        let variance = moments.variances[j]
        let square = c * c * variance + s * s * average
        let length = square.squareRoot()
        let (data, noised) = (c * variance.squareRoot() / length, s * average.squareRoot() / length)
        let (w, e) = (unit.elements[i * d + j], noise.elements[i * d + j])
        z.elements[i * d + j] = data * w + noised * e
        target.elements[i * d + j] = noised * w - data * e
        weights.elements[i * d + j] = Float(variance / square)
      }
    }
    inputs = LearnedScore.inputs(z, angles: angles).inSinglePrecision
    targets = target.inSinglePrecision
    self.weights = weights
  }

  /// (1/d) Σ w (N − N*)² of each row, in double precision, and its gradient with respect to the
  /// outputs of their mean over rows.
  func losses(_ outputs: Matrix<Float>) -> (values: [Double], gradient: Matrix<Float>) {
    let (n, d) = (outputs.rows, outputs.columns)
    var gradient = outputs
    var values = [Double](repeating: 0, count: n)
    let scale = Float(2 / Double(n * d))
    for i in 0..<n {
      var sum = 0.0
      for k in i * d..<(i + 1) * d {
        let difference = outputs.elements[k] - targets.elements[k]
        sum += Double(weights.elements[k] * difference * difference)
        gradient.elements[k] = scale * weights.elements[k] * difference
      }
      values[i] = sum / Double(d)
    }
    return (values, gradient)
  }
}

extension ScoreRecord.Loss {
  /// Angles at which each sample is measured.
  private static let draws = 64

  /// The losses of a network on rows of unit data; the standard errors are over rows.
  init(_ network: Network, on unit: Matrix<Double>, _ moments: DataMoments, _ stream: RandomStream)
  {
    let n = unit.rows
    var (learnt, gaussian) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
    for draw in 0..<Self.draws {
      let own = stream.substream(UInt64(draw))
      // One angle of each row in each of the equal parts of [0, π/2].
      let angles = own.substream("angles").uniforms(n).map {
        (Double(draw) + $0) / Double(Self.draws) * .pi / 2
      }
      let batch = ScoreMatchingBatch(
        unit, angles: angles,
        noise: own.substream("noise").normals(rows: n, columns: unit.columns), moments)
      let found = batch.losses(network(batch.inputs)).values
      let plain = batch.losses(Matrix(rows: n, columns: unit.columns)).values
      for i in 0..<n {
        learnt[i] += found[i] / Double(Self.draws)
        gaussian[i] += plain[i] / Double(Self.draws)
      }
    }
    self.init(
      loss: Estimate(meanOf: learnt), relative: Estimate(ratioOf: learnt, to: gaussian))
  }
}
