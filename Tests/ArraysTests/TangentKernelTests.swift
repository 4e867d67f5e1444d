import Arrays
import Testing

extension ArraysTests {
  @Suite struct TangentKernelTests {
    /// The kernels against the formulas written out, one row and one coordinate at a time.
    @Test(
      arguments: [[1, 1, 1, 1], [3, 2, 5, 4], [4, 9, 3, 2], [2, 17, 20, 17]], [1, 2, 3, 4])
    func productsAreTheFormula(shape: [Int], variant: Int) {
      let (columns, shared) = (variant % 2 + 1, variant > 2)
      let (n, d, k, m) = (shape[0], shape[1], shape[2], shape[3])
      var random = SplitMix(state: UInt64(d * 10 + k))
      let width = columns == 1 ? 1 : d
      let means = Matrix(rows: k, columns: d, elements: random.numbers(k * d, -2...2))
      let excess = Matrix(
        rows: shared ? 1 : k, columns: width,
        elements: random.numbers((shared ? 1 : k) * width, 0...3))
      let rho = random.numbers(n, 0...2)
      let rows = random.numbers(n * (1 + m) * d, -2...2)
      var posterior = TangentKernels.Posterior()
      posterior.resize(rows: n, dimension: d, components: k)
      for i in 0..<n {
        let raw = random.numbers(k, 0...1)
        for j in 0..<k { posterior.responsibilities[i * k + j] = raw[j] / raw.reduce(0, +) }
      }
      var y: [Double] = []
      for i in 0..<n { y += rows[i * (1 + m) * d..<i * (1 + m) * d + d] }
      TangentKernels.componentMeans(
        y.span, times: rho, means: means, excess: excess, into: &posterior)
      var out = [Double](repeating: 1, count: rows.count)
      var span = out.mutableSpan
      TangentKernels.products(
        &posterior, times: rho, dimension: d, rows: rows.span, into: &span)

      for i in 0..<n {
        let gamma = posterior.responsibilities[i * k..<(i + 1) * k].map { $0 }
        func w(_ j: Int, _ a: Int) -> Double {
          let delta = excess[shared ? 0 : j, columns == 1 ? 0 : a]
          return delta / (1 + rho[i] * rho[i] * delta)
        }
        func h(_ j: Int, _ a: Int) -> Double {
          means[j, a] + rho[i] * w(j, a) * (y[i * d + a] - rho[i] * means[j, a])
        }
        func mean(_ f: (Int) -> Double) -> Double {
          (0..<k).reduce(0) { $0 + gamma[$1] * f($1) }
        }
        for a in 0..<d {
          let f = mean { h($0, a) }
          #expect(abs(posterior.mean[i * d + a] - f) < 1e-13)
          for c in 1...m {
            let first = (i * (1 + m) + c) * d
            let v = Array(rows[first..<first + d])
            // ρ [Σ γ w + E hhᵀ − (E h)(E h)ᵀ] v, the covariance not centred.
            var expected = mean { w($0, a) } * v[a]
            for b in 0..<d {
              let covariance = mean { h($0, a) * h($0, b) } - f * mean { h($0, b) }
              expected += covariance * v[b]
            }
            expected *= rho[i]
            #expect(abs(out[first + a] - 1 - expected) < 1e-11)
          }
          // The first vector of a row is the position, and not touched.
          #expect(out[i * (1 + m) * d + a] == 1)
        }
      }
    }
  }
}
