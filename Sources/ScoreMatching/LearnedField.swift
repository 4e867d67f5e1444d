import Arrays
import Networks
import RealModule

/// N and the right-hand side of the flow in the variables of `DataMoments`, on the caller's thread.
struct LearnedField: Sendable {
  private let network: NetworkDerivative
  private let variances: [Double]
  private let meanVariance: Double

  init(_ score: LearnedScore) {
    network = NetworkDerivative(score.network)
    variances = score.moments.variances
    meanVariance = score.moments.meanVariance
  }

  /// N(z, θ) for each row.
  func values(_ z: Matrix<Double>, angles: [Double]) -> Matrix<Double> {
    network(LearnedScore.inputs(z, angles: angles))
  }

  /// dz/dθ for each row.
  func velocities(_ z: Matrix<Double>, angles: [Double]) -> Matrix<Double> {
    var result = values(z, angles: angles)
    for i in 0..<z.rows {
      let rates = rates(angles[i])
      for j in rates.indices { result.elements[i * rates.count + j] *= -rates[j] }
    }
    return result
  }

  /// dz/dθ, and its derivative in the directions of the vectors: J V for the m vectors of each row,
  /// which follow one after the other.
  func push(
    _ vectors: Matrix<Double>, at z: Matrix<Double>, angles: [Double]
  ) -> (velocities: Matrix<Double>, derivatives: Matrix<Double>) {
    let d = z.columns
    var wide: [Double] = []
    wide.reserveCapacity(vectors.rows * (d + LearnedScore.featureCount))
    for v in 0..<vectors.rows {
      wide.append(contentsOf: vectors.elements[v * d..<(v + 1) * d])
      wide.append(contentsOf: repeatElement(0, count: LearnedScore.featureCount))
    }
    let directions = Matrix(
      rows: vectors.rows, columns: d + LearnedScore.featureCount, elements: wide)
    var (values, derivatives) = network.push(
      directions, at: LearnedScore.inputs(z, angles: angles))
    let count = z.rows > 0 ? vectors.rows / z.rows : 0
    for i in 0..<z.rows {
      let rates = rates(angles[i])
      for j in 0..<d {
        values.elements[i * d + j] *= -rates[j]
        for v in i * count..<(i + 1) * count { derivatives.elements[v * d + j] *= -rates[j] }
      }
    }
    return (values, derivatives)
  }

  /// dθ_i/dθ = √(λ_iλ̄)/(λ_i cos²θ + λ̄ sin²θ).
  func rates(_ angle: Double) -> [Double] {
    let (c, s) = (Double.cos(angle), Double.sin(angle))
    return variances.map {
      ($0 * meanVariance).squareRoot() / ($0 * c * c + meanVariance * s * s)
    }
  }
}
