import Arrays
import Testing

extension ArraysTests {
  @Suite struct GemmTests {
    /// Rows of the result, columns of it, and the length of the sums.
    static let shapes = [
      (1, 1, 1), (1, 7, 3), (5, 1, 9), (3, 5, 7), (17, 64, 33), (127, 4, 2), (129, 20, 9),
      (256, 3, 5), (300, 3, 40), (513, 31, 17), (700, 2, 300), (18, 22, 256), (150, 37, 517),
      (133, 290, 270),
    ]

    /// The operands of a product of this shape, laid out for the transposes.
    private func operands(
      _ shape: (Int, Int, Int), _ transposeA: Bool, _ transposeB: Bool
    ) -> (Matrix<Double>, Matrix<Double>, Matrix<Double>) {
      let (m, n, k) = shape
      var random = SplitMix(state: UInt64(m * 1000 + n * 100 + k))
      return (
        transposeA ? random.wholeMatrix(k, m) : random.wholeMatrix(m, k),
        transposeB ? random.wholeMatrix(n, k) : random.wholeMatrix(k, n), random.wholeMatrix(m, n)
      )
    }

    /// Whole numbers make every rounding exact: equality, in both precisions.
    @Test(arguments: shapes) func everyTranspose(shape: (Int, Int, Int)) {
      for (transposeA, transposeB) in [
        (false, false), (false, true), (true, false), (true, true),
      ] {
        let (a, b, c0) = operands(shape, transposeA, transposeB)
        let product = naiveProduct(a, transposeA, b, transposeB)
        let mixed = zip(product.elements, c0.elements).map { -0.5 * $0 + 2 * $1 }

        // With beta = 0 the old content must not matter, not even NaN.
        var c = Matrix(rows: shape.0, columns: shape.1, repeating: Double.nan)
        Gemm.multiply(a, transposed: transposeA, b, transposed: transposeB, into: &c)
        #expect(c == product)
        c = c0
        Gemm.multiply(
          a, transposed: transposeA, b, transposed: transposeB, into: &c, alpha: -0.5, beta: 2)
        #expect(c.elements == mixed)

        let (a1, b1) = (a.inSinglePrecision, b.inSinglePrecision)
        var single = Matrix(rows: shape.0, columns: shape.1, repeating: Float.nan)
        Gemm.multiply(a1, transposed: transposeA, b1, transposed: transposeB, into: &single)
        #expect(single.inDoublePrecision == product)
        single = c0.inSinglePrecision
        Gemm.multiply(
          a1, transposed: transposeA, b1, transposed: transposeB, into: &single, alpha: -0.5,
          beta: 2)
        #expect(single.inDoublePrecision.elements == mixed)
      }
    }

    @Test(arguments: shapes) func products(shape: (Int, Int, Int)) {
      let (a, b, _) = operands(shape, false, false)
      let product = naiveProduct(a, false, b, false)
      #expect(Gemm.product(a, b) == product)
      #expect(Gemm.product(a, transposed: b.transposed) == product)
      #expect(Gemm.product(transposed: a.transposed, b) == product)
      for transposed in [false, true] {
        var c = Matrix(rows: shape.0, columns: shape.1, repeating: 3.0)
        let right = transposed ? b.transposed : b
        var span = c.elements.mutableSpan
        Gemm.multiplySerially(
          m: shape.0, n: shape.1, k: shape.2, a.elements.span, right.elements.span,
          transposed: transposed, into: &span, alpha: 2, beta: -1)
        #expect(c.elements == product.elements.map { 2 * $0 - 3 })
      }
    }

    /// Between the rows of a strided operand lies NaN, which must not be read.
    @Test(arguments: [false, true], [false, true])
    func strides(transposeA: Bool, transposeB: Bool) {
      let shape = (4, 6, 5)
      let (a, b, c0) = operands(shape, transposeA, transposeB)
      func spread(_ x: Matrix<Double>, _ stride: Int) -> [Float] {
        let all = (0..<x.rows).flatMap { i in
          x[row: i].map(Float.init) + [Float](repeating: .nan, count: stride - x.columns)
        }
        return all.dropLast(stride - x.columns)
      }
      var c = c0.elements.map(Float.init)
      var span = c.mutableSpan
      Gemm.multiplySerially(
        m: shape.0, n: shape.1, k: shape.2, spread(a, 9).span,
        .init(stride: 9, transposed: transposeA), spread(b, 8).span,
        .init(stride: 8, transposed: transposeB), into: &span, beta: -1)
      let product = naiveProduct(a, transposeA, b, transposeB)
      #expect(c.map(Double.init) == zip(product.elements, c0.elements).map { $0 - $1 })
    }

    /// An empty sum is zero; an empty result is left alone.
    @Test func emptyProducts() {
      let (tall, flat) = (Matrix<Double>(rows: 2, columns: 0), Matrix<Double>(rows: 0, columns: 3))
      #expect(Gemm.product(tall, flat) == Matrix(rows: 2, columns: 3))
      var c = Matrix(rows: 2, columns: 3, repeating: 4.0)
      Gemm.multiply(tall, flat, into: &c, beta: 0.5)
      #expect(c == Matrix(rows: 2, columns: 3, repeating: 2))
      var single = Matrix<Float>(rows: 2, columns: 3, repeating: 4)
      Gemm.multiply(tall.inSinglePrecision, flat.inSinglePrecision, into: &single)
      #expect(single == Matrix(rows: 2, columns: 3))
      for (m, n) in [(0, 0), (0, 3), (3, 0)] {
        let a = Matrix<Double>(rows: m, columns: 2)
        let b = Matrix<Double>(rows: 2, columns: n)
        #expect(Gemm.product(a, b) == Matrix(rows: m, columns: n))
        #expect(Gemm.product(a, transposed: b.transposed) == Matrix(rows: m, columns: n))
      }
      var span = c.elements.mutableSpan
      Gemm.multiplySerially(
        m: 2, n: 3, k: 0, tall.elements.span, flat.elements.span, transposed: false, into: &span,
        beta: 3)
      #expect(c == Matrix(rows: 2, columns: 3, repeating: 6))
    }

    /// Rounding stays within the bound of a sum of k products: k ε Σ |a||b|.
    @Test func roundingIsBounded() {
      var random = SplitMix(state: 1)
      let (m, n, k) = (60, 50, 400)
      let a = Matrix(rows: m, columns: k, elements: random.numbers(m * k))
      let b = Matrix(rows: k, columns: n, elements: random.numbers(k * n))
      func magnitudes(_ x: Matrix<Double>) -> Matrix<Double> {
        Matrix(rows: x.rows, columns: x.columns, elements: x.elements.map(abs))
      }
      let bounds = naiveProduct(magnitudes(a), false, magnitudes(b), false).elements
      let expected = naiveProduct(a, false, b, false).elements
      let found = Gemm.product(a, b).elements
      for i in found.indices {
        #expect(abs(found[i] - expected[i]) <= Double(k) * 0x1p-52 * bounds[i])
      }
    }

    @Test func threads() {
      var random = SplitMix(state: 2)
      let a = Matrix(rows: 700, columns: 120, elements: random.numbers(700 * 120))
      let b = Matrix(rows: 120, columns: 90, elements: random.numbers(120 * 90))
      let (a1, b1) = (a.inSinglePrecision, b.inSinglePrecision)
      for rows in [150, 300, 511, 512, 700] {
        let part = a.rowBlock(0..<rows)
        expectSameOnAllThreads { Gemm.product(part, b).elements }
        expectSameOnAllThreads { Gemm.product(transposed: part.transposed, b).elements }
        expectSameOnAllThreads { Gemm.product(part, transposed: b.transposed).elements }
        expectSameOnAllThreads {
          var c = Matrix<Float>(rows: rows, columns: 90)
          Gemm.multiply(a1.rowBlock(0..<rows), b1, into: &c)
          return c.elements
        }
      }
    }
  }
}
