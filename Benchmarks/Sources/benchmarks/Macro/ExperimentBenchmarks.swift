import FlowDistill

extension Benchmark {
  /// Steps of the paper's four experiments at the published sizes, targets included.
  static let experiments: [Benchmark] = [
    experiment(
      "experiment-1", "sigma0 = .1, width 512, t = .5: score", .score, steps: 12,
      ["sigma0": "0.1", "width": "512", "t": "0.5"]),
    experiment(
      "experiment-2", "sigma0 = .1, B = .1: one step", .oneStep, steps: 12,
      ["sigma0": "0.1", "B": "0.1"]),
    experiment(
      "experiment-3", "transformer of 1 block, whole flow map", .depth, steps: 3,
      ["arch": "transformer", "n_blocks": "1"]),
    experiment(
      "experiment-3-residual", "residual composition of 4 blocks", .depth, steps: 12,
      ["arch": "composition", "n_blocks": "4"]),
    experiment(
      "experiment-4", "uniform grid, 8 segments, accurate teacher", .grids, steps: 40, segments: 8,
      ["grid": "uniform", "n": "8", "student": "separate", "states": "exact"]),
    experiment(
      "experiment-4-published", "the same with the released script's RK4", .grids, steps: 40,
      segments: 8, teacher: .published,
      ["grid": "uniform", "n": "8", "student": "separate", "states": "exact"]),
  ]

  /// - Parameter steps: of all segments together; each segment's first is not timed, because it
  ///   includes making the network.
  private static func experiment(
    _ name: String, _ summary: String, _ experiment: Experiment, steps: Int, segments: Int = 1,
    teacher: TeacherChoice = .accurate, _ choices: [String: String]
  ) -> Benchmark {
    Benchmark(
      name: name, group: .macro, summary: "\(summary); batch 1024, published sizes",
      unit: .rate("steps"), work: Double(steps - segments), samples: 5
    ) {
      let cells = ReproductionPlan(experiment, scale: .paper, teacher: teacher, steps: steps)
        .cells(seeds: [0])
      func fits(_ cell: Cell) -> Bool {
        choices.allSatisfy { name, wanted in
          guard let value = cell[name] else { return false }
          return value == wanted || Double(value).map { $0 == Double(wanted) } ?? false
        }
      }
      guard let cell = cells.first(where: fits) else { throw UsageError("no cell \(choices)") }
      return { try stepSeconds(cell.plan) }
    }
  }

  /// The steps of experiment 4's protocol on a uniform grid of n segments, two a segment.
  static func gridSteps(segments n: Int) throws -> Run {
    let grid = try UniformRule.grid(GridRequest(try Subjects.paper(), segments: n))
    var recipe = Recipe.paper
    recipe.totalSteps = 3 * n
    let plan = DistillationPlan(
      mixture: try Subjects.paper().mixture, grid: grid, recipe: recipe, seed: 0)
    return { try stepSeconds(plan) }
  }

  /// Seconds from the first step of each segment to its last.
  private static func stepSeconds(_ plan: DistillationPlan) throws -> Double {
    try Subjects.withScratch { path in
      let distiller = try Distiller(
        starting: plan, in: RunFolder(path), checkpointInterval: .max)
      var (last, sum) = (Stopwatch.now(), 0.0)
      try distiller.run(progress: { progress in
        let now = Stopwatch.now()
        if progress.step > 1 { sum += now - last }
        last = now
      })
      return sum
    }
  }
}
