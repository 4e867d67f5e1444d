import Arrays

/// A matrix of about 32 digits, for the coefficients before they are rounded and the errors after.
struct PreciseMatrix: Sendable {
  let rows: Int
  let columns: Int
  var elements: [DoubleDouble]

  init(rows: Int, columns: Int) {
    (self.rows, self.columns) = (rows, columns)
    elements = Array(repeating: DoubleDouble(0), count: rows * columns)
  }

  subscript(i: Int, j: Int) -> DoubleDouble {
    get { elements[i * columns + j] }
    set { elements[i * columns + j] = newValue }
  }

  var transposed: PreciseMatrix {
    var result = PreciseMatrix(rows: columns, columns: rows)
    for i in 0..<rows {
      for j in 0..<columns { result[j, i] = self[i, j] }
    }
    return result
  }

  /// The nearest matrix of doubles.
  var rounded: Matrix<Double> {
    Matrix(rows: rows, columns: columns, elements: elements.map(\.value))
  }

  /// The Frobenius norm, rounded up.
  var length: Double { Norms.length(elements.map(\.value)) * (1 + 1e-9) }

  static func * (a: PreciseMatrix, b: PreciseMatrix) -> PreciseMatrix {
    var result = PreciseMatrix(rows: a.rows, columns: b.columns)
    for i in 0..<a.rows {
      for l in 0..<a.columns where a[i, l].high != 0 {
        let factor = a[i, l]
        for j in 0..<b.columns where b[l, j].high != 0 {
          result[i, j] = result[i, j] + factor * b[l, j]
        }
      }
    }
    return result
  }

  static func - (a: PreciseMatrix, b: PreciseMatrix) -> PreciseMatrix {
    var result = a
    for i in a.elements.indices { result.elements[i] = a.elements[i] - b.elements[i] }
    return result
  }

  static func * (a: PreciseMatrix, v: [DoubleDouble]) -> [DoubleDouble] {
    (0..<a.rows).map { i in
      (0..<a.columns).reduce(DoubleDouble(0)) { sum, j in
        a[i, j].high == 0 ? sum : sum + a[i, j] * v[j]
      }
    }
  }

  /// The lower triangular G with G Gᵀ = this matrix (Cholesky); nil if it is not positive definite.
  var cholesky: PreciseMatrix? {
    var result = PreciseMatrix(rows: rows, columns: rows)
    for j in 0..<rows {
      for i in j..<rows {
        var sum = self[i, j]
        for l in 0..<j where result[i, l].high != 0 && result[j, l].high != 0 {
          sum = sum - result[i, l] * result[j, l]
        }
        if i > j {
          if sum.high != 0 { result[i, j] = sum / result[j, j] }
        } else {
          guard sum.high > 0, sum.high.isFinite else { return nil }
          result[j, j] = sum.squareRoot
        }
      }
    }
    return result
  }

  /// The inverse of a lower triangular matrix, lower triangular again.
  var inverseOfLower: PreciseMatrix {
    var result = PreciseMatrix(rows: rows, columns: rows)
    for j in 0..<rows {
      result[j, j] = DoubleDouble(1) / self[j, j]
      for i in j + 1..<rows {
        var sum = DoubleDouble(0)
        for l in j..<i where self[i, l].high != 0 && result[l, j].high != 0 {
          sum = sum - self[i, l] * result[l, j]
        }
        if sum.high != 0 { result[i, j] = sum / self[i, i] }
      }
    }
    return result
  }
}

extension DoubleDouble {
  static func / (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let first = a.high / b.high
    let rest = a - first * b
    let second = rest.high / b.high
    let last = rest - second * b
    return DoubleDouble(sum: first, second) + DoubleDouble(last.high / b.high)
  }

  /// The square root of a positive number: Newton's step from that of the high part.
  var squareRoot: DoubleDouble {
    let root = high.squareRoot()
    let rest = self - DoubleDouble(product: root, root)
    return DoubleDouble(sum: root, rest.value / (2 * root))
  }
}
