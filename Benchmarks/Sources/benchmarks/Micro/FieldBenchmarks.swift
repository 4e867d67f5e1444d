import FlowDistill

extension Benchmark {
  /// Closed-form fields of a mixture, in double precision where the name does not say single.
  static let fields: [Benchmark] = [
    field("score", rows: 1024, of: { try Subjects.paper().mixture }) { $0.score($1) },
    field(
      "score-large", rows: 1024,
      of: { try Subjects.mixture(components: 1000, dimension: 784) }
    ) { $0.score($1) },
    single("score-single", of: { try Subjects.paper().mixture }),
    single(
      "score-large-single", of: { try Subjects.mixture(components: 1000, dimension: 784) }),
    Benchmark(
      name: "velocity", group: .micro, summary: "1024 x 64, 20 components, t = 0.5",
      unit: .rate("points"), work: 1024
    ) {
      let (flow, x) = (try Subjects.paper(), Subjects.noise(1024, 64))
      return { seconds { _ = flow.velocity(x, at: 0.5) } }
    },
    Benchmark(
      name: "jacobian", group: .micro, summary: "of the velocity, 1024 x 64 x 64, 20 components",
      unit: .rate("points"), work: 1024
    ) {
      let (flow, x) = (try Subjects.paper(), Subjects.noise(1024, 64))
      return { seconds { _ = flow.velocityJacobian(x, at: 0.5) } }
    },
    Benchmark(
      name: "softmax", group: .micro, summary: "1024 rows of 20, one thread", unit: .rate("rows"),
      work: 1024
    ) {
      let logits = Subjects.noise(1024, 20)
      return {
        var copy = logits.elements
        return seconds {
          var span = copy.mutableSpan
          _ = GaussianKernels.softmax(rows: 1024, columns: 20, &span)
        }
      }
    },
  ]

  /// A field of p_t at t = 0.5 on a batch drawn from it.
  private static func field(
    _ name: String, rows: Int, of mixture: @escaping @Sendable () throws -> GaussianMixture,
    _ field: @escaping @Sendable (Marginal, Matrix<Double>) -> Matrix<Double>
  ) -> Benchmark {
    return Benchmark(
      name: name, group: .micro, summary: "\(rows) x \(sizes(name)), t = 0.5",
      unit: .rate("points"),
      work: Double(rows)
    ) {
      let marginal = Marginal(try mixture(), OrnsteinUhlenbeck.paper(), at: 0.5)
      let x = marginal.sample(rows, from: RandomStream(seed: 3))
      return { seconds { _ = field(marginal, x) } }
    }
  }

  /// The score on the same batch in single precision.
  private static func single(
    _ name: String, of mixture: @escaping @Sendable () throws -> GaussianMixture
  ) -> Benchmark {
    Benchmark(
      name: name, group: .micro, summary: "1024 x \(sizes(name)), t = 0.5, single precision",
      unit: .rate("points"), work: 1024
    ) {
      let marginal = Marginal(try mixture(), OrnsteinUhlenbeck.paper(), at: 0.5)
      let x = marginal.sample(1024, from: RandomStream(seed: 3))
      let rounded = Matrix(rows: x.rows, columns: x.columns, elements: x.elements.map(Float.init))
      return { seconds { _ = marginal.score(rounded) } }
    }
  }

  private static func sizes(_ name: String) -> String {
    name.hasPrefix("score-large") ? "784, 1000 components" : "64, 20 components"
  }
}
