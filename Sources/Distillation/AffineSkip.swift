public import Arrays

/// The affine part of a student, and the scale at which its network sees the state.
///
/// ```
/// Ψ(x) = A x + b + c net((x − m)/s)
/// ```
/// A and b are the least squares fit of the segment's targets to its states, exact for one Gaussian;
/// m and s are the mean and the root mean square deviation of a coordinate of the states. All come from
/// samples alone.
public struct AffineSkip: Sendable, Equatable {
  /// A, d × d.
  public let weights: Matrix<Double>
  /// b.
  public let offset: [Double]
  /// m.
  public let mean: [Double]
  /// s, one number for all coordinates.
  public let deviation: Double
  /// Whether A x + b is x.
  private let isIdentity: Bool

  /// An affine part of these numbers.
  ///
  /// - Precondition: shapes agree; the deviation is positive.
  public init(weights: Matrix<Double>, offset: [Double], mean: [Double], deviation: Double) {
    precondition(
      weights.rows == offset.count && weights.columns == mean.count && deviation > 0,
      "no affine part")
    self.weights = weights
    self.offset = offset
    self.mean = mean
    self.deviation = deviation
    isIdentity = offset.allSatisfy { $0 == 0 } && weights == .identity(offset.count)
  }

  /// The fit to pairs of states and targets, one a row.
  ///
  /// Directions in which the states scatter by less than 10⁻⁶ of the widest are left out of A: samples say
  /// nothing of them.
  package init(_ x: Matrix<Double>, to y: Matrix<Double>) {
    let (centredX, meanX) = x.centred
    let (centredY, meanY) = y.centred
    let covariance = Gemm.product(transposed: centredX, centredX)
    let cross = Gemm.product(transposed: centredY, centredX)
    var weights = Matrix<Double>(rows: y.columns, columns: x.columns)
    if let eigen = SymmetricEigen(covariance), let largest = eigen.values.last, largest > 0 {
      // A = Σ_j (C u_j)/λ_j u_jᵀ.
      var scaled = eigen.vectorRows
      for (j, value) in eigen.values.enumerated() {
        let factor = value > 1e-12 * largest ? 1 / value : 0
        for i in 0..<scaled.columns { scaled[j, i] *= factor }
      }
      weights = Gemm.product(Gemm.product(cross, transposed: eigen.vectorRows), scaled)
    }
    let moved = Gemm.product(Matrix([meanX]), transposed: weights).elements
    self.init(
      weights: weights, offset: zip(meanY, moved).map { $0 - $1 }, mean: meanX,
      deviation: Self.deviation(centredX))
  }

  /// The identity, with the scaling of these states for the network.
  package init(scaling x: Matrix<Double>) {
    let (centred, mean) = x.centred
    self.init(
      weights: .identity(x.columns), offset: Array(repeating: 0, count: x.columns), mean: mean,
      deviation: Self.deviation(centred))
  }

  /// The root mean square of a coordinate; 1 if all are 0 or there is none.
  private static func deviation(_ centred: Matrix<Double>) -> Double {
    let sum = centred.elements.reduce(0) { $0 + $1 * $1 }
    return sum > 0 ? (sum / Double(centred.elements.count)).squareRoot() : 1
  }

  /// A x + b for each row.
  func callAsFunction(_ x: Matrix<Double>) -> Matrix<Double> {
    guard !isIdentity else { return x }
    var result = Gemm.product(x, transposed: weights)
    for i in 0..<result.rows {
      for j in 0..<result.columns { result[i, j] += offset[j] }
    }
    return result
  }

  /// (x − m)/s for each row.
  package func scaled(_ x: Matrix<Double>) -> Matrix<Double> {
    var result = x
    for i in 0..<x.rows {
      for j in 0..<x.columns { result[i, j] = (x[i, j] - mean[j]) / deviation }
    }
    return result
  }

  /// The largest singular value of A, raised by more than the rounding of its computation.
  var spectralNorm: Double {
    let gram = Gemm.product(transposed: weights, weights)
    let largest = SymmetricEigen.values(gram)?.last ?? .infinity
    return max(largest, 0).squareRoot() * (1 + 64 * Double(weights.rows) * .ulpOfOne)
  }
}
