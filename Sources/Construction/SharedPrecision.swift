import Arrays
import Mixtures
import RealModule

/// C^{-1} of a marginal whose components share C = α²Σ + σ²I, as stored, with its error.
struct SharedPrecision: Sendable {
  /// The stored C^{-1}, d×d.
  let matrix: Matrix<Double>
  /// A bound of the spectral norm of its error.
  let error: Double
  /// The common variance s² if C = s² I.
  let isotropicVariance: Double?
  /// The square root of the largest eigenvalue of C.
  let largestDeviation: Double

  private static let unit = 0x1p-53

  /// The precision of a marginal.
  ///
  /// - Precondition: the components share one covariance.
  init(_ marginal: Marginal) {
    let spectrum = marginal.mixture.spectrum
    precondition(spectrum.isShared, "components of unequal covariance")
    let d = marginal.mixture.dimension
    let scale = marginal.alpha * marginal.alpha
    let variances = spectrum.lambda.elements.map { scale * $0 + marginal.sigmaSquared }
    let isotropic = spectrum.geometry == .isotropic
    var inverse = Matrix<Double>(rows: d, columns: d)
    for a in 0..<d { inverse[a, a] = 1 / variances[isotropic ? 0 : a] }
    largestDeviation = variances.reduce(0, max).squareRoot()
    isotropicVariance = isotropic ? variances[0] : nil
    guard let frame = spectrum.frame else {
      matrix = inverse
      // Five roundings: α², its product, the sum, the inverse, with one to spare.
      error = 5 * SharedPrecision.unit / variances.reduce(.infinity, min)
      return
    }
    matrix = Gemm.product(Gemm.product(frame, inverse), frame.transposed)
    error = SharedPrecision.inversionError(matrix, marginal)
  }

  /// ‖P − C^{-1}‖ ≤ ‖P‖ r/(1 − r) with r ≥ ‖I − C P‖, whatever way P was computed.
  private static func inversionError(_ inverse: Matrix<Double>, _ marginal: Marginal) -> Double {
    let d = inverse.rows
    var covariance = marginal.mixture.covariance(0)
    let scale = marginal.alpha * marginal.alpha
    for i in covariance.elements.indices { covariance.elements[i] *= scale }
    for a in 0..<d { covariance[a, a] += marginal.sigmaSquared }
    var residual = Gemm.product(covariance, inverse)
    for a in 0..<d { residual[a, a] -= 1 }
    let size = Norms.length(covariance.elements) * Norms.length(inverse.elements)
    let bound = Norms.length(residual.elements) + Double(d + 8) * 0x1p-53 * size
    return Norms.length(inverse.elements) * bound / (1 - bound)
  }

  /// C^{-1} v as computed, and a bound of its distance from the exact product.
  func product(_ v: [Double]) -> (value: [Double], error: Double) {
    let d = v.count
    var result = [Double](repeating: 0, count: d)
    var absolute = result
    for a in 0..<d {
      for b in 0..<d {
        result[a] += matrix[a, b] * v[b]
        absolute[a] += abs(matrix[a, b] * v[b])
      }
    }
    let terms = isotropicVariance == nil ? Double(d + 3) : 3
    return (result, error * Norms.length(v) + terms * SharedPrecision.unit * Norms.length(absolute))
  }
}

/// Euclidean lengths.
enum Norms {
  static func length(_ v: some Sequence<Double>) -> Double {
    v.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  static func difference(_ a: some Sequence<Double>, _ b: some Sequence<Double>) -> [Double] {
    zip(a, b).map { $0 - $1 }
  }
}
