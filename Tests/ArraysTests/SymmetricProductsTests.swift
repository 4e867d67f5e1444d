import Arrays
import Testing

extension ArraysTests {
  @Suite struct SymmetricProductsTests {
    /// The order of the result and the length of the sums: around blocks, halves and tiles.
    static let shapes = [
      (1, 3), (7, 5), (16, 1), (33, 20), (127, 9), (130, 40), (300, 7), (600, 3),
    ]

    /// Whole numbers make every rounding exact: equality.
    @Test(arguments: shapes, [false, true]) func gram(shape: (Int, Int), transposed: Bool) {
      let (n, k) = shape
      var random = SplitMix(state: UInt64(n + k))
      let a = transposed ? random.wholeMatrix(k, n) : random.wholeMatrix(n, k)
      let expected = naiveProduct(a, transposed, a, !transposed).inSinglePrecision
      // The old content must not matter.
      var found = Matrix<Float>(rows: n, columns: n, repeating: .nan)
      SymmetricProducts.upperGram(a.inSinglePrecision, transposed: transposed, into: &found)
      for i in 0..<n {
        for j in 0..<i { found[i, j] = .nan }
      }
      let squares = expected.elements.reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(abs(SymmetricProducts.sumOfSquares(found) - squares) <= 1e-13 * squares)
      SymmetricProducts.mirror(&found)
      #expect(found == expected)
    }

    @Test(arguments: shapes) func combination(shape: (Int, Int)) {
      let n = shape.0
      var random = SplitMix(state: UInt64(n))
      let (g, s) = (symmetric(n, &random), symmetric(n, &random))
      var found = s
      for i in 0..<n {
        for j in 0..<i { found[i, j] = .nan }
      }
      SymmetricProducts.combine(identity: 3, 0.5, g, -2, into: &found)
      var expected = s
      for i in 0..<n {
        for j in 0..<n { expected[i, j] = (i == j ? 3 : 0) + 0.5 * g[i, j] - 2 * s[i, j] }
      }
      #expect(found == expected)
    }

    private func symmetric(_ n: Int, _ random: inout SplitMix) -> Matrix<Float> {
      let a = random.wholeMatrix(n, n)
      var result = Matrix<Float>(rows: n, columns: n)
      for i in 0..<n {
        for j in 0..<n { result[i, j] = Float(a[i, j] + a[j, i]) }
      }
      return result
    }

    @Test func threadsChangeNothing() {
      let a = RandomStream(seed: 7).normals(rows: 530, columns: 70).inSinglePrecision
      expectSameOnAllThreads {
        var c = Matrix<Float>(rows: 530, columns: 530)
        SymmetricProducts.upperGram(a, into: &c)
        SymmetricProducts.mirror(&c)
        return c.elements.map { Double($0) }
      }
    }
  }
}
