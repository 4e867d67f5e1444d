import FlowDistill

/// Time and memory against N, d, K and n.
enum CostTables {
  /// Measures one series after the other and hands each over as soon as it is there.
  static func measure(_ report: (CostSeries) -> Void) throws {
    let sizes: [(variable: String, sizes: [Int], fixed: String)] = [
      ("N", [4096, 16_384, 65_536, 262_144], "d = 64, K = 20"),
      ("d", [64, 256, 1024, 4096], "N = 4096, K = 20"),
      ("K", [20, 80, 320, 1280, 5120], "N = 4096, d = 64"),
    ]
    func shape(_ variable: String, _ size: Int) -> (n: Int, d: Int, k: Int) {
      (
        variable == "N" ? size : 4096, variable == "d" ? size : 64, variable == "K" ? size : 20
      )
    }
    for (variable, values, fixed) in sizes {
      report(
        try CostSeries("score", variable, values, fixed: fixed) { size in
          let (n, d, k) = shape(variable, size)
          let (marginal, x) = try marginal(n, d, k)
          return { seconds { _ = marginal.score(x) } }
        })
    }
    for (variable, values, fixed) in sizes {
      // A quarter of the samples: a map takes about a hundred evaluations of the score.
      let values = variable == "N" ? values.map { $0 / 4 } : values
      let fixed = fixed.replacing("4096", with: "1024")
      report(
        try CostSeries("flow map from 1 to 0, tolerance 1e-4", variable, values, fixed: fixed) {
          size in
          let (n, d, k) = shape(variable, size)
          let flow = ProbabilityFlow(
            try Subjects.mixture(components: k, dimension: d), OrnsteinUhlenbeck.paper())
          let x = Subjects.noise(variable == "N" ? n : 1024, d)
          let teacher = Teacher(flow, tolerance: 1e-4)
          return { try seconds { _ = try teacher.transport(x, from: 1, to: 0).orThrow() } }
        })
    }
    report(
      try CostSeries("information grid", "n", [4, 16, 64, 256], fixed: "paper's mixture") { n in
        let flow = try Subjects.paper()
        return { try seconds { _ = try InformationRule.grid(GridRequest(flow, segments: n)) } }
      })
    report(
      try CostSeries(
        "two training steps a segment, teacher included", "n", [2, 4, 8], fixed: "experiment 4"
      ) { try Benchmark.gridSteps(segments: $0) })
  }

  private static func marginal(
    _ n: Int, _ d: Int, _ k: Int
  ) throws -> (Marginal, Matrix<Double>) {
    let marginal = Marginal(
      try Subjects.mixture(components: k, dimension: d), OrnsteinUhlenbeck.paper(), at: 0.5)
    return (marginal, marginal.sample(n, from: RandomStream(seed: 3)))
  }
}
