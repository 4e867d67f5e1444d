import FlowDistill

extension Benchmark {
  /// Matrix products and random numbers.
  static let products: [Benchmark] = [
    Benchmark(
      name: "gemm-single", group: .micro, summary: "1024 x 512 times 512 x 512, float32",
      unit: .operations(.single), work: 2 * 1024 * 512 * 512
    ) {
      let a = Subjects.noise(1024, 512).inSinglePrecision
      let b = Subjects.noise(512, 512, seed: 3).inSinglePrecision
      let c = Scratch(Matrix<Float>(rows: 1024, columns: 512))
      return { seconds { Gemm.multiply(a, b, into: &c.value) } }
    },
    Benchmark(
      name: "gemm-double", group: .micro, summary: "512 x 512 times 512 x 512, float64",
      unit: .operations(.double), work: 2 * 512 * 512 * 512
    ) {
      let (a, b) = (Subjects.noise(512, 512), Subjects.noise(512, 512, seed: 3))
      let c = Scratch(Matrix<Double>(rows: 512, columns: 512))
      return { seconds { Gemm.multiply(a, b, into: &c.value) } }
    },
    Benchmark(
      name: "normals", group: .micro, summary: "1024 x 64 standard normals, float64",
      unit: .nanoseconds("normal"), work: 1024 * 64
    ) {
      let stream = RandomStream(seed: 4)
      return { seconds { _ = stream.normals(rows: 1024, columns: 64) } }
    },
    Benchmark(
      name: "sample", group: .micro, summary: "1024 draws of the paper's p_t",
      unit: .rate("points"), work: 1024
    ) {
      let marginal = try Subjects.paper().marginal(at: 0.5)
      return { seconds { _ = marginal.sample(1024, from: RandomStream(seed: 5)) } }
    },
  ]
}

/// A value that runs change in place.
final class Scratch<Value> {
  var value: Value
  init(_ value: Value) { self.value = value }
}
