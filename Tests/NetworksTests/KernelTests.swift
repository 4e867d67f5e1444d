import Arrays
import Networks
import Testing

extension NetworksTests {
  @Suite struct KernelTests {
    static let sizes = [1, 7, 15, 16, 63, 65, 130]

    static func numbers(_ count: Int, _ seed: UInt64) -> [Float] {
      RandomStream(seed: seed).normals(rows: count, columns: 1).elements.map(Float.init)
    }

    @Test(arguments: sizes, [TrainingKernels.Rectifier.none, .linear, .quadratic, .smooth])
    func rectifiers(columns: Int, kind: TrainingKernels.Rectifier) {
      let rows = 5
      var z = Self.numbers(rows * columns, 1)
      let bias = Self.numbers(columns, 2)
      let expected = z.indices.map { k -> Float in
        let s = z[k] + bias[k % columns]
        return switch kind {
        case .none: s
        case .linear: max(s, 0)
        case .quadratic: max(s, 0) * max(s, 0)
        case .smooth:
          s < 0 ? 0.5 / ((s * s + 1).squareRoot() - s) : 0.5 * (s + (s * s + 1).squareRoot())
        }
      }
      var span = z.mutableSpan
      TrainingKernels.addBias(bias.span, rectifier: kind, &span)
      // A fused multiplication may round the smooth one's square otherwise.
      let tolerance: Float = kind == .smooth ? 3e-7 : 0
      #expect(zip(z, expected).allSatisfy { abs($0 - $1) <= tolerance * $1 })

      var gradient = Self.numbers(rows * columns, 3)
      let expectedGradient = gradient.indices.map { k -> Float in
        let a = z[k]
        return switch kind {
        case .none: gradient[k]
        case .linear: a > 0 ? gradient[k] : 0
        case .quadratic: gradient[k] * (2 * a.squareRoot())
        case .smooth: gradient[k] * (4 * a * a / (4 * a * a + 1))
        }
      }
      var gradientSpan = gradient.mutableSpan
      TrainingKernels.rectifierBackward(kind, values: z.span, &gradientSpan)
      #expect(
        zip(gradient, expectedGradient).allSatisfy { abs($0 - $1) <= tolerance * abs($1) })
    }

    /// Far out the smooth rectifier is max(z, 0) + 1/(4|z|), to all digits.
    @Test func smoothTails() {
      var z: [Float] = [-1e4, -3, 0, 3, 1e4, .nan]
      let exact = z.map { Activation.squareplus(Double($0)) }
      var span = z.mutableSpan
      TrainingKernels.addBias([Float](repeating: 0, count: 6).span, rectifier: .smooth, &span)
      for k in 0..<5 { #expect(abs(Double(z[k]) / exact[k] - 1) < 2e-7) }
      #expect(abs(exact[0] / 2.5e-5 - 1) < 1e-7)
      #expect(z[5].isNaN)
    }

    @Test func notANumberIsSeen() {
      var z: [Float] = [.nan, 1, -1]
      var span = z.mutableSpan
      TrainingKernels.addBias([Float](repeating: 0, count: 3).span, rectifier: .quadratic, &span)
      #expect(z[0].isNaN && z[1] == 1 && z[2] == 0)
    }

    @Test(arguments: sizes) func sums(columns: Int) {
      let x = Self.numbers(9 * columns, 4)
      var sums = [Float](repeating: -1, count: columns)
      var span = sums.mutableSpan
      TrainingKernels.columnSums(x.span, into: &span)
      let expected = (0..<columns).map { j in
        (0..<9).reduce(Float(0)) { $0 + x[$1 * columns + j] }
      }
      #expect(sums == expected)

      let squares = x.reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(abs(TrainingKernels.sumOfSquares(x) - squares) <= 1e-13 * squares)

      let target = Self.numbers(9 * columns, 5)
      var gradient = [Float](repeating: 0, count: x.count)
      var gradientSpan = gradient.mutableSpan
      let error = TrainingKernels.squaredError(
        x.span, target.span, scale: 0.25, gradient: &gradientSpan)
      let differences = zip(x, target).map { $0 - $1 }
      let naive = differences.reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(gradient == differences.map { 0.25 * $0 })
      #expect(abs(error - naive) <= 1e-13 * naive)
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
