import Arrays
import RealModule

/// A normal law N(mean, G Gᵀ), under which errors are averaged.
struct NormalLaw: Sendable {
  let mean: [DoubleDouble]
  /// G.
  let factor: Matrix<Double>
}

/// E‖a + B G g‖^{2n} for a standard normal g.
struct GaussianMoments: Sendable {
  /// E‖·‖^{2n} for n = 0, 1 and so on.
  private let even: [Double]
  /// What rounding in B G changes of (E‖·‖^p)^{1/p}, where (E‖g‖^p)^{1/p} ≤ √(d + p).
  private let slack: Double

  /// What the bounds of this file lose to rounding in their own computation.
  private static let margin = 1 + 1e-6

  /// The moments up to n = `highest`, by the cumulants of the quadratic form.
  ///
  /// Mathai and Provost (Quadratic Forms in Random Variables, 1992): with A = B G and Γ = A Aᵀ
  /// κ_n = 2^{n−1} (n − 1)! (tr Γⁿ + n aᵀ Γ^{n−1} a). All are positive: nothing cancels.
  init(_ a: [Double], slope: Matrix<Double>, _ factor: Matrix<Double>, highest: Int) {
    let matrix = SparseProduct.of(slope, factor)
    let d = Double(matrix.rows)
    slack =
      (d + 4) * 0x1p-53 * Norms.length(slope.elements) * Norms.length(factor.elements)
      * (d + 2 * Double(highest)).squareRoot()
    if highest == 1 {
      even = [1, (a + matrix.elements).reduce(0) { $0 + $1 * $1 }]
      return
    }
    let gram = SparseProduct.of(matrix, matrix.transposed)
    var (power, vector) = (gram, a)
    var cumulants: [Double] = []
    var growth = 1.0
    for n in 1...highest {
      let trace = (0..<gram.rows).reduce(0) { $0 + power[$1, $1] }
      let inner = zip(a, vector).reduce(0) { $0 + $1.0 * $1.1 }
      cumulants.append(growth * (trace + Double(n) * inner))
      growth *= 2 * Double(n)
      guard n < highest else { break }
      power = SparseProduct.of(power, gram)
      vector = (0..<gram.rows).map { i in
        (0..<gram.rows).reduce(0) { $0 + gram[i, $1] * vector[$1] }
      }
    }
    var moments = [1.0]
    for n in 1...highest {
      var (sum, binomial) = (0.0, 1.0)
      for j in 1...n {
        sum += binomial * cumulants[j - 1] * moments[n - j]
        binomial *= Double(n - j) / Double(j)
      }
      moments.append(sum)
    }
    even = moments
  }

  /// A lower bound of E‖·‖².
  var leastSquare: Double {
    let root = max(0, even[1].squareRoot() / GaussianMoments.margin - slack)
    return root * root
  }

  /// A bound of (E‖·‖^p)^{1/p}, exact for even p.
  func norm(_ p: Double) -> Double {
    let half = max(1, Int((p / 2).rounded(.up)))
    return .pow(even[half], 1 / Double(2 * half)) * GaussianMoments.margin + slack
  }
}

/// Matrix products that skip zeros, so that diagonal matrices cost d².
enum SparseProduct {
  static func of(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
    var result = Matrix<Double>(rows: a.rows, columns: b.columns)
    for i in 0..<a.rows {
      for l in 0..<a.columns where a[i, l] != 0 {
        let factor = a[i, l]
        for j in 0..<b.columns { result[i, j] += factor * b[l, j] }
      }
    }
    return result
  }
}
