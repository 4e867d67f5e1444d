import Arrays
import RealModule
import Testing

extension ArraysTests {
  @Suite struct GaussianKernelTests {
    /// The softmax and log-sum-exp of one row, the small terms summed first.
    private func naiveSoftmax(_ row: [Double]) -> ([Double], Double) {
      let top = row.max() ?? 0
      let sum = row.map { Double.exp($0 - top) }.sorted().reduce(0, +)
      return (row.map { .exp($0 - top) / sum }, top + .log(sum))
    }

    private func softmax(_ rows: [[Double]]) -> (Matrix<Double>, [Double]) {
      var matrix = Matrix(rows)
      var span = matrix.elements.mutableSpan
      let logSum = GaussianKernels.softmax(rows: rows.count, columns: rows[0].count, &span)
      return (matrix, logSum)
    }

    @Test(arguments: [1, 2, 3, 7, 8, 9, 31, 64, 1000], [1.0, 30, 700, 1e5])
    func softmaxRows(columns: Int, spread: Double) {
      var random = SplitMix(state: UInt64(columns))
      let rows = (0..<5).map { _ in random.numbers(columns, -spread...spread) }
      let (found, logSum) = softmax(rows)
      for (i, row) in rows.enumerated() {
        let (expected, expectedSum) = naiveSoftmax(row)
        #expect(abs(logSum[i] - expectedSum) <= 1e-15 * max(1, abs(expectedSum)))
        for j in 0..<columns {
          // Below exp(−708) the kernel flushes to zero.
          let slack = 2e-15 * expected[j] + (expected[j] < 1e-307 ? 1e-307 : 0)
          #expect(abs(found[i, j] - expected[j]) <= slack)
        }
      }
    }

    @Test func extremeLogits() {
      let (found, logSum) = softmax([
        [1e300, 1e300, -1e300], [-1e300, -1e300, -.infinity], [0, -707.9, -708.1],
        [-.infinity, 5, -.infinity], [0x1p-1070, -0x1p-1070, 0], [.greatestFiniteMagnitude, 0, 0],
      ])
      #expect(found[row: 0] == [0.5, 0.5, 0] && logSum[0] == 1e300)
      #expect(found[row: 1] == [0.5, 0.5, 0] && logSum[1] == -1e300)
      #expect(found[2, 0] == 1 && found[2, 2] == 0 && logSum[2] == 0)
      #expect(abs(found[2, 1] / .exp(-707.9) - 1) < 1e-14)
      #expect(found[row: 3] == [0, 1, 0] && logSum[3] == 5)
      expectClose(Array(found[row: 4]), [1.0 / 3, 1.0 / 3, 1.0 / 3], 1e-16)
      #expect(found[row: 5] == [1, 0, 0] && logSum[5] == .greatestFiniteMagnitude)
    }

    /// A row without a finite largest logit has no softmax: NaN, not a wrong answer.
    @Test(
      arguments: [
        [-.infinity, -.infinity], [.infinity, 0], [.nan, 0], [0, .nan],
      ] as [[Double]])
    func noSoftmax(row: [Double]) {
      let (found, logSum) = softmax([row, [0, 0]])
      #expect(found[row: 0].contains { $0.isNaN } && logSum[0].isNaN)
      #expect(found[row: 1] == [0.5, 0.5])
    }

    /// The exponential itself: against a top of 0 one other logit x gives exp(x) after division.
    @Test func exponential() {
      var random = SplitMix(state: 4)
      let xs = random.numbers(50_000, -708...0) + random.numbers(50_000, -1...0) + [0, -1, -708]
      let (found, _) = softmax(xs.map { [0, $0] })
      var worst = 0.0
      for (i, x) in xs.enumerated() {
        worst = max(worst, abs(found[i, 1] / found[i, 0] / .exp(x) - 1))
      }
      // Two roundings of the softmax and one of the quotient come on top of the kernel's error.
      #expect(worst < 2.5e-16 + 3 * 1.2e-16)
    }

    /// The kernels' inputs for n rows, d coordinates and K components.
    private struct Inputs {
      let x, means, lambda: Matrix<Double>
      let rows: GaussianRows
      let logWeights, e1: [Double]

      init(_ n: Int, _ d: Int, _ k: Int, shared: Bool, isotropic: Bool) {
        var random = SplitMix(state: UInt64(100 * n + 10 * d + k))
        x = Matrix(rows: n, columns: d, elements: random.numbers(n * d, -3...3))
        means = Matrix(rows: k, columns: d, elements: random.numbers(k * d, -3...3))
        let (r, c) = (shared ? 1 : k, isotropic ? 1 : d)
        lambda = Matrix(rows: r, columns: c, elements: random.numbers(r * c, 0.1...2))
        rows = GaussianRows(
          shift: random.numbers(n, 0.1...1), scale: random.numbers(n, 0...1),
          offset: random.numbers(n, 0.1...1))
        logWeights = random.numbers(k, -5...0)
        e1 = random.numbers(n)
      }

      /// λ of component j, coordinate t.
      func variance(_ j: Int, _ t: Int) -> Double {
        lambda[lambda.rows == 1 ? 0 : j, lambda.columns == 1 ? 0 : t]
      }

      func logit(_ i: Int, _ j: Int) -> Double {
        (0..<means.columns).reduce(logWeights[j]) { sum, t in
          let c = rows.scale[i] * variance(j, t) + rows.offset[i]
          let z = x[i, t] - rows.shift[i] * means[j, t]
          return sum - 0.5 * (z * z / c + .log(c))
        }
      }
    }

    @Test(arguments: [1, 2, 7, 8, 9, 33], [(1, 1), (5, 1), (4, 3)])
    func logitsAndCombination(d: Int, sizes: (Int, Int)) {
      let (n, k) = sizes
      for (geometry, shared) in [
        (GaussianKernels.Geometry.isotropic, false), (.isotropic, true), (.diagonal, false),
        (.diagonal, true),
      ] {
        let input = Inputs(n, d, k, shared: shared, isotropic: geometry == .isotropic)
        var logits = [Double](repeating: .nan, count: n * k)
        var span = logits.mutableSpan
        GaussianKernels.logits(
          geometry, input.x.elements.span, rows: input.rows, means: input.means,
          lambda: input.lambda, logWeights: input.logWeights, into: &span)
        expectClose(logits, (0..<n * k).map { input.logit($0 / k, $0 % k) }, 1e-14)

        var gamma = logits.map { Double.exp($0 / 10) }
        gamma[0] = 0
        let (p, e0) = (0.7, 0.3)
        var out = [Double](repeating: .nan, count: n * d)
        var outSpan = out.mutableSpan
        GaussianKernels.combine(
          geometry, input.x.elements.span, rows: input.rows, means: input.means,
          lambda: input.lambda, responsibilities: gamma.span, p: p, e1: input.e1, e0: e0,
          into: &outSpan)
        let expected = (0..<n * d).map { place -> Double in
          let (i, t) = (place / d, place % d)
          return (0..<k).reduce(0) { sum, j in
            let l = input.variance(j, t)
            let e = (input.e1[i] * l + e0) / (input.rows.scale[i] * l + input.rows.offset[i])
            let z = input.x[i, t] - input.rows.shift[i] * input.means[j, t]
            return sum + gamma[i * k + j] * (p * input.means[j, t] + e * z)
          }
        }
        expectClose(out, expected, 1e-14)
      }
    }

    /// Variances whose product over eight coordinates leaves the range of double.
    @Test(arguments: [1e-60, 1e-37, 1e37, 1e60, 1e300]) func extremeVariances(variance: Double) {
      let d = 19
      let lambda = Matrix(rows: 1, columns: d, repeating: variance)
      let rows = GaussianRows(shift: [1], scale: [1], offset: [0])
      let x = [Double](repeating: 0, count: d)
      let expected = -0.5 * Double(d) * .log(variance)
      var logits = [Double.nan]
      var span = logits.mutableSpan
      GaussianKernels.logits(
        .diagonal, x.span, rows: rows, means: Matrix(rows: 1, columns: d), lambda: lambda,
        logWeights: [0], into: &span)
      expectClose(logits, [expected], 1e-14)
      span = logits.mutableSpan
      GaussianKernels.rotatedLogits(
        x.span, rows: rows, lambda: lambda.elements.span, logWeight: 0, column: 0, of: 1,
        into: &span)
      expectClose(logits, [expected], 1e-14)
    }

    @Test(arguments: [1, 3, 8, 17]) func rotated(d: Int) {
      let (n, columns, column) = (6, 3, 1)
      let input = Inputs(n, d, 1, shared: true, isotropic: false)
      let lambda = input.lambda.elements
      var logits = [Double](repeating: 7, count: n * columns)
      var span = logits.mutableSpan
      GaussianKernels.rotatedLogits(
        input.x.elements.span, rows: input.rows, lambda: lambda.span, logWeight: -2,
        column: column, of: columns, into: &span)
      func variance(_ i: Int, _ t: Int) -> Double {
        input.rows.scale[i] * lambda[t] + input.rows.offset[i]
      }
      let expected = (0..<n * columns).map { place -> Double in
        if place % columns != column { return 7 }
        let i = place / columns
        return (0..<d).reduce(-2) { sum, t in
          sum - 0.5 * (input.x[i, t] * input.x[i, t] / variance(i, t) + .log(variance(i, t)))
        }
      }
      expectClose(logits, expected, 1e-14)

      var z = input.x.elements
      var zSpan = z.mutableSpan
      GaussianKernels.rotatedWeights(
        &zSpan, rows: input.rows, lambda: lambda.span, responsibilities: expected.span,
        column: column, of: columns, e1: input.e1, e0: 0.4)
      let weighted = (0..<n * d).map { place -> Double in
        let (i, t) = (place / d, place % d)
        return expected[i * columns + column] * (input.e1[i] * lambda[t] + 0.4) / variance(i, t)
          * input.x[i, t]
      }
      expectClose(z, weighted, 1e-14)
    }
  }
}
