import Arrays

/// A symmetric matrix as cheap as the mixture's covariances allow.
enum SymmetricForm: Sendable {
  /// Diagonal; one entry if isotropic.
  case diagonal([Double])
  case full(Matrix<Double>)

  /// self + scale · other.
  ///
  /// - Precondition: both have the same case and size.
  func adding(_ other: SymmetricForm, times scale: Double) -> SymmetricForm {
    switch (self, other) {
    case (.diagonal(let a), .diagonal(let b)):
      return .diagonal(a.indices.map { a[$0] + scale * b[$0] })
    case (.full(var a), .full(let b)):
      for i in a.elements.indices { a.elements[i] += scale * b.elements[i] }
      return .full(a)
    default: preconditionFailure("a diagonal and a full matrix")
    }
  }

  /// The matrix times a number.
  func scaled(by scale: Double) -> SymmetricForm {
    switch self {
    case .diagonal(let a): .diagonal(a.map { scale * $0 })
    case .full(let a):
      .full(Matrix(rows: a.rows, columns: a.columns, elements: a.elements.map { scale * $0 }))
    }
  }

  /// The matrix times a vector.
  func applied(to v: [Double]) -> [Double] {
    switch self {
    case .diagonal(let a): v.indices.map { a[a.count == 1 ? 0 : $0] * v[$0] }
    case .full(let a): RowProducts.product(Matrix([v]), a).elements
    }
  }

  /// The spectral norm.
  var spectralNorm: Double { max(largest, scaled(by: -1).largest) }

  /// The largest eigenvalue.
  var largest: Double {
    switch self {
    case .diagonal(let a): return a.reduce(-.infinity, max)
    case .full(let a):
      guard let values = SymmetricEigen.values(a), let last = values.last else {
        preconditionFailure("LAPACK found no eigenvalues of a \(a.rows) x \(a.columns) matrix")
      }
      return last
    }
  }

  /// The largest eigenvalue of self + scale · ddᵀ, scale ≥ 0.
  func largest(adding scale: Double, outer d: [Double]) -> Double {
    switch self {
    case .diagonal(let a):
      return RankOneUpdate.largest(
        a, squares: d.map { scale * $0 * $0 }, floor: -.infinity)
    case .full(var a):
      for i in d.indices {
        for j in d.indices { a[i, j] += scale * d[i] * d[j] }
      }
      return SymmetricForm.full(a).largest
    }
  }
}
