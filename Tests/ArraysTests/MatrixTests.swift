import Arrays
import Testing

extension ArraysTests {
  @Suite struct MatrixTests {
    private let a = Matrix<Double>([[1, 2, 3], [4, 5, 6]])

    @Test func elementsLieRowAfterRow() {
      #expect((a.rows, a.columns) == (2, 3) && a.elements == [1, 2, 3, 4, 5, 6])
      #expect(a[1, 0] == 4 && a[row: 1] == [4, 5, 6])
      var b = a
      b[0, 2] = 9
      b[row: 1] = [7, 8, 9]
      #expect(b.elements == [1, 2, 9, 7, 8, 9] && a[0, 2] == 3)
    }

    @Test func rearrangements() {
      #expect(a.transposed == Matrix([[1, 4], [2, 5], [3, 6]]) && a.transposed.transposed == a)
      #expect(a.rowBlock(1..<2) == Matrix([[4, 5, 6]]) && a.rowBlock(0..<0).rows == 0)
      #expect(a.gatheringRows([1, 0, 1]).elements == [4, 5, 6, 1, 2, 3, 4, 5, 6])
      #expect(Matrix<Double>.identity(2) == Matrix([[1, 0], [0, 1]]))
      #expect(
        Matrix<Double>([]).rows == 0 && Matrix<Double>(rows: 0, columns: 3).transposed.rows == 3)
    }

    @Test func squaresOfRows() {
      let b = Matrix<Double>([[1, 0, 5], [4, 7, 6]])
      #expect(a.rowSquares == [14, 77] && a.rowSquares(minus: b) == [8, 4])
      #expect(Matrix<Double>(rows: 0, columns: 3).rowSquares.isEmpty)
    }

    @Test func precisions() {
      let b = Matrix<Double>([[0.1, 1e300, -0.0]])
      #expect(b.inSinglePrecision.elements == [0.1, .infinity, -0.0])
      #expect(b.inSinglePrecision.inDoublePrecision[0, 0] == Double(Float(0.1)))
      #expect(b.isFinite && !b.inSinglePrecision.isFinite)
    }
  }
}
