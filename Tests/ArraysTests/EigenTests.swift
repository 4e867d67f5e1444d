import Arrays
import Testing

extension ArraysTests {
  @Suite struct EigenTests {
    /// Expects A u = λ u for every pair, orthonormal rows and ascending values.
    private func expectDecomposes(
      _ eigen: SymmetricEigen, _ a: Matrix<Double>,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let n = a.rows
      let u = eigen.vectorRows
      let scale = a.elements.reduce(0) { max($0, abs($1)) }
      // LAPACK promises residuals of a modest multiple of n ε ‖A‖.
      let bound = 10 * Double(n * n) * 0x1p-53
      let images = naiveProduct(u, false, a, false)
      let scaled = (0..<n * n).map { eigen.values[$0 / n] * u.elements[$0] }
      let residual = zip(images.elements, scaled).map { abs($0 - $1) }.max() ?? 0
      #expect(residual <= bound * scale, sourceLocation: sourceLocation)
      expectClose(
        naiveProduct(u, false, u, true).elements, Matrix<Double>.identity(n).elements, bound,
        sourceLocation: sourceLocation)
      #expect(eigen.values == eigen.values.sorted(), sourceLocation: sourceLocation)
      let trace = (0..<n).reduce(0) { $0 + a[$1, $1] }
      let sum = eigen.values.reduce(0, +)
      #expect(abs(sum - trace) <= bound * scale * Double(n), sourceLocation: sourceLocation)
    }

    @Test(arguments: [1, 2, 3, 10, 65, 130]) func randomMatrices(n: Int) throws {
      var random = SplitMix(state: UInt64(n))
      let b = Matrix(rows: n, columns: n, elements: random.numbers(n * n, -1e3...1e3))
      var a = b
      for i in 0..<n {
        for j in 0..<n { a[i, j] += b[j, i] }
      }
      let eigen = try #require(SymmetricEigen(a))
      expectDecomposes(eigen, a)
      // Without vectors LAPACK takes another way to the same values.
      expectClose(try #require(SymmetricEigen.values(a)), eigen.values, 1e-9)
    }

    @Test func byHand() throws {
      let two = try #require(SymmetricEigen(Matrix([[2, 1], [1, 2]])))
      expectClose(two.values, [1, 3], 1e-15)
      let root = 0.5.squareRoot()
      let signs = (0..<2).map { two.vectorRows[$0, 0] < 0 ? -1.0 : 1 }
      expectClose(
        [signs[0] * two.vectorRows[0, 0], signs[0] * two.vectorRows[0, 1]], [root, -root], 1e-15)
      expectClose(
        [signs[1] * two.vectorRows[1, 0], signs[1] * two.vectorRows[1, 1]], [root, root], 1e-15)

      let diagonal = Matrix<Double>([[5, 0, 0], [0, -1, 0], [0, 0, 5]])
      let eigen = try #require(SymmetricEigen(diagonal))
      #expect(eigen.values == [-1, 5, 5])
      expectDecomposes(eigen, diagonal)

      // The second difference matrix: 2 − 2 cos(jπ/(n + 1)), here with n = 3.
      let chain = Matrix<Double>([[2, -1, 0], [-1, 2, -1], [0, -1, 2]])
      expectClose(
        try #require(SymmetricEigen(chain)).values,
        [2 - 2.0.squareRoot(), 2, 2 + 2.0.squareRoot()],
        2e-15)

      let one = try #require(SymmetricEigen(Matrix([[-3.5]])))
      #expect(one.values == [-3.5] && abs(one.vectorRows[0, 0]) == 1)
      let none = try #require(SymmetricEigen(Matrix<Double>(rows: 0, columns: 0)))
      #expect(none.values.isEmpty)
    }

    @Test(arguments: [1e-300, 1e-150, 1e150, 1e300]) func scales(scale: Double) throws {
      let a = Matrix<Double>([[4, 1, 0], [1, 3, 1], [0, 1, 2]])
      let base = try #require(SymmetricEigen(a))
      let scaled = Matrix(rows: 3, columns: 3, elements: a.elements.map { $0 * scale })
      let eigen = try #require(SymmetricEigen(scaled))
      expectClose(eigen.values.map { $0 / scale }, base.values, 1e-14)
    }

    /// Eigenvalues twelve orders of magnitude apart and exactly repeated ones.
    @Test func illConditioned() throws {
      var random = SplitMix(state: 3)
      let n = 20
      let b = Matrix(rows: n, columns: n, elements: random.numbers(n * n))
      var symmetric = b
      for i in 0..<n {
        for j in 0..<n { symmetric[i, j] += b[j, i] }
      }
      let u = try #require(SymmetricEigen(symmetric)).vectorRows
      let values = (0..<n).map { $0 < 10 ? 1e-12 : 1.0 }
      var weighted = u
      for i in 0..<n {
        for j in 0..<n { weighted[i, j] *= values[i] }
      }
      let a = naiveProduct(u, true, weighted, false)
      let eigen = try #require(SymmetricEigen(a))
      expectClose(eigen.values, values, 1e-14)
      expectDecomposes(eigen, a)
    }

    /// What is not finite ends, in whatever way, and is never taken for a finite answer.
    @Test(arguments: [Double.nan, .infinity]) func notFinite(value: Double) {
      let a = Matrix([[1, value, 0], [value, 1, 0], [0, 0, 2]])
      if let eigen = SymmetricEigen(a) {
        #expect(!eigen.values.allSatisfy(\.isFinite) || !eigen.vectorRows.isFinite)
      }
    }
  }
}
