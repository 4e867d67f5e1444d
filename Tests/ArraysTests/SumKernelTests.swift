import Arrays
import Testing

/// Kernels of distances, Runge–Kutta steps and expectation–maximisation against plain loops.
extension ArraysTests {
  @Suite struct SumKernelTests {
    static let dimensions = [1, 2, 7, 8, 33]

    private func matrix(_ rows: Int, _ columns: Int, _ seed: UInt64) -> Matrix<Double> {
      var random = SplitMix(state: seed)
      return Matrix(rows: rows, columns: columns, elements: random.numbers(rows * columns, -3...3))
    }

    @Test(arguments: dimensions) func squaredDistances(d: Int) {
      let (x, y) = (matrix(300, d, 1), matrix(4, d, 2))
      let expected = (0..<1200).map { place in
        (0..<d).reduce(0.0) {
          let z = x[place / 4, $1] - y[place % 4, $1]
          return $0 + z * z
        }
      }
      expectClose(GaussianKernels.squaredDistances(x, y).elements, expected, 1e-15)
      #expect(GaussianKernels.squaredDistances(x, x)[17, 17] == 0)
    }

    /// Stages with coefficient zero hold NaN, which must not be read.
    @Test(arguments: dimensions) func rungeKutta(d: Int) {
      let n = 5
      let (y, h) = (matrix(n, d, 3), matrix(n, d, 4).elements)
      let coefficients = [0.5, 0, -1.25]
      let hole = [Double](repeating: .nan, count: n * d)
      let (first, last) = (matrix(n, d, 5).elements, matrix(n, d, 6).elements)
      var out = hole
      var span = out.mutableSpan
      RungeKuttaKernel.sum(
        y.elements.span, steps: h.span, coefficients: coefficients,
        stages: (first + hole + last).span, into: &span)
      let expected = (0..<n * d).map {
        y.elements[$0] + h[$0] * (0.5 * first[$0] - 1.25 * last[$0])
      }
      expectClose(out, expected, 1e-15)
      var increment = hole
      span = increment.mutableSpan
      RungeKuttaKernel.increment(
        steps: h.span, coefficients: coefficients, stages: (first + hole + last).span, into: &span)
      expectClose(increment, zip(expected, y.elements).map { $0 - $1 }, 1e-14)
    }

    @Test(arguments: dimensions) func squaresOfRows(d: Int) {
      let x = matrix(5, d, 13)
      var squares = [Double](repeating: .nan, count: 5)
      RungeKuttaKernel.squares(dimension: d, x.elements.span, into: &squares)
      expectClose(
        squares, (0..<5).map { i in (0..<d).reduce(0.0) { $0 + x[i, $1] * x[i, $1] } }, 1e-14)
    }

    @Test(arguments: dimensions) func chosenRowsAreCopied(d: Int) {
      let (x, y) = (matrix(4, d, 14), matrix(4, d, 15))
      let chosen = [false, true, true, false]
      var out = x.elements
      var span = out.mutableSpan
      span.copyRows(y.elements.span, columns: d, where: chosen)
      #expect(out == (0..<4 * d).map { chosen[$0 / d] ? y.elements[$0] : x.elements[$0] })
    }

    @Test(arguments: dimensions) func differencesAndLogits(d: Int) {
      let (n, k) = (9, 3)
      let (x, means) = (matrix(n, d, 7), matrix(k, d, 8))
      let inverse = Matrix(rows: k, columns: d, elements: matrix(k, d, 9).elements.map(abs))
      let mean = Array(means[row: 0])
      // Four of five: the last one given does not count.
      let rows: [UInt32] = [7, 0, 3, 8, 1]
      var z = [Double](repeating: .nan, count: 4 * d)
      var span = z.mutableSpan
      MixtureFitKernels.differences(
        x.elements.span, rows: rows.span, count: 4, mean: mean.span, into: &span)
      #expect(z == (0..<4 * d).map { x[Int(rows[$0 / d]), $0 % d] - mean[$0 % d] })

      var logits = [Double](repeating: 7, count: n * k)
      span = logits.mutableSpan
      MixtureFitKernels.subtractHalfSquares(
        z.span, dimension: d, rows: rows.span, count: 4, column: 2, of: k, from: &span)
      var expected = [Double](repeating: 7, count: n * k)
      for i in 0..<4 {
        expected[Int(rows[i]) * k + 2] -=
          0.5 * (0..<d).reduce(0.0) { $0 + z[i * d + $1] * z[i * d + $1] }
      }
      expectClose(logits, expected, 1e-15)

      span = logits.mutableSpan
      MixtureFitKernels.scaledLogits(
        x.elements.span, means: means, inverse: inverse, constants: [1, 2, 3], into: &span)
      let scaled = (0..<n * k).map { place in
        let (i, j) = (place / k, place % k)
        return Double(j + 1)
          - 0.5
          * (0..<d).reduce(0.0) {
            let z = x[i, $1] - means[j, $1]
            return $0 + z * z * inverse[j, $1]
          }
      }
      expectClose(logits, scaled, 1e-15)
    }

    @Test(arguments: dimensions) func weightedSums(d: Int) {
      let n = 40
      let (x, mean) = (matrix(n, d, 10), Array(matrix(1, d, 11).elements))
      // Two columns of responsibilities; every fourth of the second is below the threshold.
      var gamma = [Double](repeating: 9, count: 2 * n)
      for i in 0..<n { gamma[2 * i + 1] = i % 4 == 0 ? 1e-20 : Double(i) / 40 }
      func weight(_ i: Int) -> Double { gamma[2 * i + 1] }

      var squares = [Double](repeating: 1, count: d)
      MixtureFitKernels.addWeightedSquares(
        x.elements.span, mean: mean.span, responsibilities: gamma.span, column: 1, of: 2,
        to: &squares)
      let expected = (0..<d).map { t in
        (0..<n).reduce(1.0) { sum, i in
          let z = x[i, t] - mean[t]
          return sum + weight(i) * z * z
        }
      }
      expectClose(squares, expected, 1e-14)

      var rows = [Double](repeating: 0, count: (n + 1) * d)
      var span = rows.mutableSpan
      let count = MixtureFitKernels.weightedRows(
        x.elements.span, mean: mean.span, responsibilities: gamma.span, column: 1, of: 2,
        above: 1e-15, first: 1, into: &span)
      let kept = (0..<n).filter { weight($0) > 1e-15 }
      let naive = kept.flatMap { i in
        (0..<d).map { weight(i).squareRoot() * (x[i, $0] - mean[$0]) }
      }
      #expect(count == 30 && kept.count == 30)
      expectClose(Array(rows[d..<(count + 1) * d]), naive, 1e-15)

      var gram = Matrix(rows: d, columns: d, repeating: 2.0)
      MixtureFitKernels.addGram(rows: count, naive.span, toUpper: &gram)
      let product = (0..<d * d).map { place in
        let (a, b) = (place / d, place % d)
        return a > b ? 2 : (0..<count).reduce(2.0) { $0 + naive[$1 * d + a] * naive[$1 * d + b] }
      }
      expectClose(gram.elements, product, 1e-14)
    }
  }
}
