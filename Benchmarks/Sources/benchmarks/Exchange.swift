import FlowDistill

/// Files that let the other program work on the very same samples and check itself.
enum Exchange {
  /// Writes for σ₀ = 1 and .001 the noise of the flow-map benchmark and where it ends, and for
  /// expectation–maximisation the data and the start; prints how accurate the benchmarks are.
  static func write(to folder: String) throws {
    var accuracy: JSONObject = [:]
    for sigma0 in [1, 0.001] {
      let flow = try Subjects.paper(sigma0: sigma0)
      let x = flow.marginal(at: 1).sample(10_000, from: RandomStream(seed: 7))
      let exact = try Teacher(flow, tolerance: 1e-12).transport(x, from: 1, to: 0).orThrow().states
      for tolerance in [Benchmark.teacherTolerance, Benchmark.accurateTolerance] {
        let ours = try Teacher(flow, tolerance: tolerance)
          .transport(x, from: 1, to: 0, estimatingErrors: false).orThrow()
        accuracy["\(sigma0) at \(tolerance)"] = .number(relativeError(ours.states, exact))
      }
      try NPY.write(x, to: "\(folder)/noise-\(sigma0).npy")
      try NPY.write(exact, to: "\(folder)/exact-\(sigma0).npy")
    }
    let (data, start) = try Benchmark.emStart()
    try NPY.write(data, to: "\(folder)/digits.npy")
    try start.json.write(to: "\(folder)/start.json")
    let fit = try GaussianMixture.fit(data, options: Benchmark.emOptions, startingFrom: start)
    let answer: JSON = [
      "relative_mse": .object(accuracy), "tolerance": .number(Benchmark.teacherTolerance),
      "accurate_tolerance": .number(Benchmark.accurateTolerance),
      "em_log_likelihood": .number(fit.meanLogLikelihood),
      "em_iterations": .integer(fit.iterations),
      "em_floor": .number(Benchmark.emFloor), "threads": .integer(Parallel.threadCount),
      "blas": .string(BLAS.description),
    ]
    Console.print(answer.text(.compact))
  }

  /// Σ|y − ŷ|² / Σ|y|².
  private static func relativeError(_ ours: Matrix<Double>, _ exact: Matrix<Double>) -> Double {
    var (error, size) = (0.0, 0.0)
    for (a, b) in zip(ours.elements, exact.elements) {
      error += (a - b) * (a - b)
      size += b * b
    }
    return error / size
  }
}
