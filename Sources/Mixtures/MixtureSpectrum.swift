package import Arrays
import Synchronization

/// The eigenvalues and eigenvectors of a mixture's covariances, in the least general form that
/// holds them.
///
/// α²Σ_k + σ²I has the eigenvectors of Σ_k at every time, so one decomposition serves all of them.
/// Equal covariances are recognised whatever type they were given as.
package struct MixtureSpectrum: Sendable, Equatable {
  package enum Geometry: Sendable, Equatable {
    case isotropic, diagonal, full
  }

  package let geometry: Geometry
  /// Eigenvalues: one column if isotropic, else d; one row if shared by all components, else K.
  package let lambda: Matrix<Double>
  /// For `.full`: for each component the matrix whose columns are the eigenvectors.
  package let rotations: [Matrix<Double>]
  /// Their transposes.
  package let inverseRotations: [Matrix<Double>]
  /// For a shared full covariance: the matrix whose columns are its eigenvectors.
  ///
  /// Everything is then computed in the rotated frame xU, where the covariance is diagonal.
  package let frame: Matrix<Double>?
  /// Its transpose.
  package let inverseFrame: Matrix<Double>?
  /// The means in that frame.
  package let means: Matrix<Double>
  /// The means as the fused kernels read them, where one isotropic variance serves all components.
  package let packed: PackedMeans<Double>?
  /// The same in single precision, if they are asked for.
  private let single = PackedOnce()

  package var isShared: Bool { lambda.rows == 1 }

  init(means: Matrix<Double>, covariances: Covariances) throws(MixtureError) {
    let (k, d) = (means.rows, means.columns)
    var frame: Matrix<Double>?
    switch covariances {
    case .spherical(let variances):
      guard variances.count == k else {
        throw .wrongCount(what: "variances", found: variances.count, expected: k)
      }
      for (i, v) in variances.enumerated() { try checkVariance(v, "variances[\(i)]") }
      geometry = .isotropic
      lambda = sharedRows(Matrix(rows: k, columns: 1, elements: variances))
      rotations = []
    case .diagonal(let variances):
      guard variances.rows == k else {
        throw .wrongCount(what: "variances", found: variances.rows, expected: k)
      }
      guard variances.columns == d else {
        throw .wrongCount(what: "variances[0]", found: variances.columns, expected: d)
      }
      for (i, v) in variances.elements.enumerated() {
        try checkVariance(v, "variances[\(i / d)][\(i % d)]")
      }
      geometry = .diagonal
      lambda = sharedRows(variances)
      rotations = []
    case .tied(let matrix):
      let eigen = try decompose(matrix, dimension: d, "matrices")
      geometry = .diagonal
      lambda = Matrix(rows: 1, columns: d, elements: eigen.values)
      rotations = []
      frame = eigen.vectorRows.transposed
    case .full(let matrices):
      guard matrices.count == k else {
        throw .wrongCount(what: "matrices", found: matrices.count, expected: k)
      }
      if matrices.allSatisfy({ $0 == matrices[0] }) {
        let eigen = try decompose(matrices[0], dimension: d, "matrices[0]")
        geometry = .diagonal
        lambda = Matrix(rows: 1, columns: d, elements: eigen.values)
        rotations = []
        frame = eigen.vectorRows.transposed
      } else {
        var eigens: [SymmetricEigen] = []
        for (i, matrix) in matrices.enumerated() {
          eigens.append(try decompose(matrix, dimension: d, "matrices[\(i)]"))
        }
        geometry = .full
        lambda = Matrix(eigens.map(\.values))
        rotations = eigens.map(\.vectorRows.transposed)
      }
    }
    inverseRotations = rotations.map(\.transposed)
    self.frame = frame
    inverseFrame = frame?.transposed
    self.means = frame.map { Gemm.product(means, $0) } ?? means
    packed = geometry == .isotropic && lambda.rows == 1 ? PackedMeans(means) : nil
  }

  /// `packed` in single precision: made at the first call and kept.
  func packedSingle() -> PackedMeans<Float>? {
    packed.map { single.value(of: $0.means) }
  }

  /// States in the frame in which everything is computed.
  package func enteringFrame(_ x: Matrix<Double>) -> Matrix<Double> {
    frame.map { RowProducts.product(x, $0) } ?? x
  }

  /// States back in the user's coordinates.
  package func leavingFrame(_ x: Matrix<Double>) -> Matrix<Double> {
    inverseFrame.map { RowProducts.product(x, $0) } ?? x
  }
}

/// Means packed in single precision at the first call; part of no value, so that all are equal.
private final class PackedOnce: Sendable, Equatable {
  private let packed = Mutex<PackedMeans<Float>?>(nil)

  func value(of means: Matrix<Double>) -> PackedMeans<Float> {
    packed.withLock { packed in
      let value = packed ?? PackedMeans(means)
      packed = value
      return value
    }
  }

  static func == (_: PackedOnce, _: PackedOnce) -> Bool { true }
}

/// One row if all rows are equal.
private func sharedRows(_ matrix: Matrix<Double>) -> Matrix<Double> {
  let first = matrix[row: 0]
  let equal = (1..<matrix.rows).allSatisfy { matrix[row: $0].elementsEqual(first) }
  return equal || matrix.rows == 1 ? matrix.rowBlock(0..<1) : matrix
}

private func checkVariance(_ value: Double, _ what: String) throws(MixtureError) {
  guard value.isFinite else { throw .notFinite(what: what) }
  guard value > 0 else { throw .notPositive(what: what, value: value) }
}

/// The decomposition of a covariance matrix, or the reason why it is none.
private func decompose(
  _ matrix: Matrix<Double>, dimension d: Int, _ what: String
) throws(MixtureError) -> SymmetricEigen {
  guard matrix.rows == d else {
    throw .wrongCount(what: what, found: matrix.rows, expected: d)
  }
  guard matrix.columns == d else {
    throw .wrongCount(what: "\(what)[0]", found: matrix.columns, expected: d)
  }
  guard matrix.isFinite else { throw .notFinite(what: what) }
  // Rounding of a symmetric matrix in text or float32 stays below this; anything larger is a fault.
  let tolerance = 1e-6 * (matrix.elements.map(abs).max() ?? 0)
  var symmetric = matrix
  for i in 0..<d {
    for j in 0..<i {
      guard abs(matrix[i, j] - matrix[j, i]) <= tolerance else {
        throw .asymmetric(what: what, row: i, column: j)
      }
      let middle = (matrix[i, j] + matrix[j, i]) / 2
      symmetric[i, j] = middle
      symmetric[j, i] = middle
    }
  }
  guard let eigen = SymmetricEigen(symmetric), let smallest = eigen.values.first else {
    throw .notFinite(what: what)
  }
  let largest = eigen.values.last ?? smallest
  // Below this the computed eigenvalue is rounding noise of the largest one.
  guard smallest > largest * Double(d) * 1e-16, smallest > 0 else {
    throw .indefinite(what: what, eigenvalue: smallest)
  }
  return eigen
}
