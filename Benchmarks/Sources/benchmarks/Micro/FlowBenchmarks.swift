import FlowDistill

extension Benchmark {
  /// The tolerance at which the flow map of the paper's mixture has a relative MSE below 1e-8 for σ₀
  /// from 1 to .001; `against-pytorch` measures that on the same samples.
  static let teacherTolerance = 6e-6
  /// The tolerance at which it is more accurate, for σ₀ = 1, than 100 steps of RK4 in float32.
  static let accurateTolerance = 4e-7

  /// Flow maps, grids and constructed networks.
  static let flows: [Benchmark] = [
    flowMap("flow-map", sigma0: 1, teacherTolerance),
    flowMap("flow-map-accurate", sigma0: 1, accurateTolerance),
    flowMap("flow-map-narrow", sigma0: 0.001, teacherTolerance),
    Benchmark(
      name: "grid-stability", group: .micro, summary: "8 segments, closed-form bound", unit: .time,
      work: 1
    ) {
      let flow = try Subjects.paper()
      return { try seconds { _ = try StabilityRule.grid(GridRequest(flow, segments: 8)) } }
    },
    Benchmark(
      name: "grid-information", group: .micro, summary: "8 segments, information certificate",
      unit: .time, work: 1
    ) {
      let flow = try Subjects.paper()
      return { try seconds { _ = try InformationRule.grid(GridRequest(flow, segments: 8)) } }
    },
    Benchmark(
      name: "construct", group: .micro,
      summary: "score network, tolerance 1e-6, t = 0.1, with its certificate", unit: .time, work: 1
    ) {
      let marginal = try Subjects.paper().marginal(at: 0.1)
      return { try seconds { _ = try ConstructedScore(marginal, tolerance: 1e-6) } }
    },
  ]

  private static func flowMap(
    _ name: String, sigma0: Double, _ tolerance: Double
  ) -> Benchmark {
    Benchmark(
      name: name, group: .micro,
      summary: "from 1 to 0, 10,000 samples, sigma0 = \(sigma0), tolerance \(tolerance)",
      unit: .rate("points"), work: 10_000
    ) {
      let flow = try Subjects.paper(sigma0: sigma0)
      let x = flow.marginal(at: 1).sample(10_000, from: RandomStream(seed: 7))
      let teacher = Teacher(flow, tolerance: tolerance)
      return {
        try seconds {
          _ = try teacher.transport(x, from: 1, to: 0, estimatingErrors: false).orThrow()
        }
      }
    }
  }
}
