import Arrays
import Networks
import Testing

extension NetworksTests {
  @Suite struct KernelTests {
    static let sizes = [1, 7, 15, 16, 63, 65, 130]

    static func numbers(_ count: Int, _ seed: UInt64) -> [Float] {
      RandomStream(seed: seed).normals(rows: count, columns: 1).elements.map(Float.init)
    }

    @Test(arguments: sizes) func sumOfSquares(count: Int) {
      let x = Self.numbers(9 * count, 4)
      let squares = x.reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(abs(TrainingKernels.sumOfSquares(x) - squares) <= 1e-13 * squares)
    }

    @Test func sumOfSquaresOverManyBlocks() {
      let x = (0..<3_000_001).map { Float($0 % 17) - 8 }
      let naive = x.reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(TrainingKernels.sumOfSquares(x) == naive)
      #expect(TrainingKernels.sumOfSquares([]) == 0)
    }

    @Test(arguments: sizes) func adamW(count: Int) {
      let gradient = Self.numbers(count, 6)
      var (p, m, v) = (
        Self.numbers(count, 7), Self.numbers(count, 8), Self.numbers(count, 9).map { $0 * $0 }
      )
      var c = AdamWConstants(
        beta: (0.8, 0.95), inverseSecondRoot: 3, epsilon: 1e-3, stepSize: 0.1)
      c.gradientScale = 0.5
      c.decay = 0.99
      c.bound = 1
      let expected = p.indices.map { k -> (Float, Float, Float) in
        let g = 0.5 * gradient[k]
        let first = m[k] + Float(0.2) * (g - m[k])
        let second = Float(0.95) * v[k] + Float(1 - 0.95) * (g * g)
        let root = second.squareRoot() * 3 + Float(1e-3)
        return (min(1, max(-1, 0.99 * p[k] - 0.1 * (first / root))), first, second)
      }
      TrainingKernels.adamW(
        c, gradient: gradient, parameters: &p, firstMoment: &m, secondMoment: &v)
      // Fused multiply-adds differ in the last bits from one processor to the next.
      for k in 0..<count {
        #expect(abs(p[k] - expected[k].0) <= 1e-6)
        #expect(abs(m[k] - expected[k].1) <= 1e-6)
        #expect(abs(v[k] - expected[k].2) <= 1e-6 * max(1, v[k]))
      }
    }

    @Test(arguments: sizes, [false, true]) func gemmOnSpans(k: Int, transposed: Bool) {
      let (m, n) = (3, 5)
      let a = Self.numbers(m * k, 10)
      let b = Self.numbers(n * k, 11)
      var c = [Float](repeating: 1, count: m * n)
      let expected = c.indices.map { i in
        (0..<k).reduce(1.0) { sum, t in
          let x = transposed ? a[t * m + i / n] : a[i / n * k + t]
          let y = transposed ? b[i % n * k + t] : b[t * n + i % n]
          return sum + Double(x) * Double(y)
        }
      }
      var span = c.mutableSpan
      Gemm.multiplySerially(
        m: m, n: n, k: k, a.span, .init(stride: transposed ? m : k, transposed: transposed), b.span,
        .init(stride: transposed ? k : n, transposed: transposed), into: &span, beta: 1)
      for i in c.indices { #expect(abs(Double(c[i]) - expected[i]) < 1e-4) }
    }
  }
}
