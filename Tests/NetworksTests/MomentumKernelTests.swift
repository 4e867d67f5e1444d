import Arrays
import Testing

extension NetworksTests {
  @Suite struct MomentumKernelTests {
    /// More than one grain, not a multiple of any vector.
    private static let count = 70_003

    private func close(_ a: [Float], _ b: [Float]) -> Bool {
      // A fused multiplication may round otherwise.
      a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 4e-7 * max(1, abs($1)) }
    }

    @Test func momentumLooksAhead() {
      let g = KernelTests.numbers(Self.count, 1)
      let before = KernelTests.numbers(Self.count, 2)
      let range = 5..<Self.count - 3
      var (m, u) = (before, [Float](repeating: .nan, count: range.count))
      TrainingKernels.momentum(0.9, gradient: g, momentum: &m, in: range, ahead: &u)
      let expected = range.map { 0.9 * before[$0] + 0.1 * g[$0] }
      #expect(close(Array(m[range]), expected))
      #expect(close(u, zip(range, expected).map { 0.1 * g[$0] + 0.9 * $1 }))
      // What is beside the range stays.
      #expect(m.prefix(5) == before.prefix(5) && m.suffix(3) == before.suffix(3))
    }

    /// What no gradient reaches decays to 0 and not to numbers with which each operation costs an assist;
    /// outside the kernels such numbers stay what they are.
    @Test func momentumLeavesNoSubnormals() {
      let g = [Float](repeating: 0, count: 100)
      var (m, u) = ([Float](repeating: 1e-37, count: 100), [Float](repeating: .nan, count: 100))
      var (p, v) = (g, [Float](repeating: 1e-37, count: 100))
      let c = AdamWConstants(
        beta: (0.9, 0.9), inverseSecondRoot: 1, epsilon: 1e-8, stepSize: 1e-3)
      var first = m
      for _ in 0..<100 {
        TrainingKernels.momentum(0.9, gradient: g, momentum: &m, in: 0..<100, ahead: &u)
        TrainingKernels.adamW(
          c, gradient: g, parameters: &p, firstMoment: &first, secondMoment: &v)
        #expect((m + u + first + v).allSatisfy { !$0.isSubnormal })
      }
      #expect((m + u + first + v).allSatisfy { $0 == 0 })

      let tiny = Matrix<Float>(rows: 1, columns: 1, elements: [1e-40])
      let large = Matrix<Float>(rows: 1, columns: 1, elements: [1e30])
      var product = Matrix<Float>(rows: 1, columns: 1, elements: [1])
      Gemm.multiply(tiny, large, into: &product)
      #expect(product.elements == [0])
      #expect(tiny.elements[0] * large.elements[0] > 1e-11)
    }

    @Test func boundedStep() {
      var p = KernelTests.numbers(Self.count, 3)
      let before = p
      let range = 2..<Self.count - 1
      var x = KernelTests.numbers(range.count, 4)
      x[7] = .nan
      TrainingKernels.boundedStep(&p, in: range, along: x, rate: 0.5, decay: 0.75, bound: 1.25)
      let expected = zip(range, x).map {
        max(-1.25, min(1.25, 0.75 * before[$0] - 0.5 * $1))
      }
      #expect(p[range.lowerBound + 7].isNaN)
      p[range.lowerBound + 7] = expected[6]
      #expect(close(Array(p[range].dropFirst(8)), Array(expected.dropFirst(8))))
      #expect(p.prefix(2) == before.prefix(2) && p.last == before.last)
    }

    @Test func scalingAndApproaching() {
      let (x, y) = (KernelTests.numbers(Self.count, 5), KernelTests.numbers(Self.count, 6))
      var found = x
      TrainingKernels.scale(&found, by: 3)
      #expect(found == x.map { 3 * $0 })
      found = x
      TrainingKernels.approach(&found, y, by: 0.25)
      #expect(close(found, zip(x, y).map { $0 + 0.25 * ($1 - $0) }))
    }

    /// A step on parts is the step on the whole, wherever the parts begin.
    @Test func adamWOnRanges() {
      let g = KernelTests.numbers(1000, 7)
      let constants = AdamWConstants(
        beta: (0.9, 0.99), inverseSecondRoot: 2, epsilon: 1e-8, stepSize: 0.1)
      func run(_ ranges: [Range<Int>?]) -> [Float] {
        var p = KernelTests.numbers(1000, 8)
        var (m, v) = (KernelTests.numbers(1000, 9), g.map { $0 * $0 })
        for range in ranges {
          TrainingKernels.adamW(
            constants, gradient: g, parameters: &p, firstMoment: &m, secondMoment: &v, in: range)
        }
        return p + m + v
      }
      let whole = run([nil])
      #expect(run([0..<1, 1..<17, 17..<17, 17..<1000]) == whole)
      let part = run([100..<200])
      #expect(Array(part[100..<200]) == Array(whole[100..<200]))
      #expect(part[99] == KernelTests.numbers(1000, 8)[99])
      let squares = g[3..<998].reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(abs(TrainingKernels.sumOfSquares(g, in: 3..<998) - squares) <= 1e-13 * squares)
    }
  }
}
