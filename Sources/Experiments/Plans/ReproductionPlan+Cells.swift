import Arrays
import Distillation
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import Stability

extension ReproductionPlan {
  /// All cells for some seeds, the published ones first; each once.
  ///
  /// - Parameter seeds: nil for the scale's own.
  public func cells(seeds: [UInt64]? = nil) -> [Cell] {
    let sizes = ExperimentSizes(experiment, scale)
    var cells: [Cell] = []
    for seed in seeds ?? sizes.seeds {
      switch experiment {
      case .score: cells += scoreCells(sizes, seed)
      case .oneStep: cells += oneStepCells(sizes, seed)
      case .depth: cells += depthCells(sizes, seed)
      case .grids: cells += gridCells(sizes, seed) + baselineCells(sizes, seed)
      }
    }
    var names: Set<String> = []
    return cells.filter { names.insert($0.name).inserted }
  }

  /// The paper's process.
  private var process: OrnsteinUhlenbeck { .paper() }

  private func recipe(_ sizes: ExperimentSizes) -> Recipe {
    var recipe = Recipe.paper
    recipe.hiddenWidths = Array(repeating: sizes.width, count: 4)
    recipe.totalSteps = steps ?? sizes.steps
    recipe.batch = sizes.batch
    recipe.learningRate = sizes.learningRate
    recipe.teacher = teacher
    return recipe
  }

  private func cell(
    _ keys: [CellKey], _ sizes: ExperimentSizes, _ recipe: Recipe, sigma0: Double,
    meansSeed: UInt64 = 0, grid: TimeGrid, seed: UInt64
  ) -> Cell {
    Cell(
      keys: keys + [CellKey("seed", "\(seed)")],
      plan: DistillationPlan(
        mixture: .published(seed: meansSeed, sigma0: sigma0), grid: grid, recipe: recipe,
        seed: seed),
      samples: sizes.samples)
  }

  /// A grid of one segment, of the paper's process up to where the segment begins.
  private func segment(from start: Double) -> TimeGrid {
    TimeGrid(
      rule: "one-step", process: OrnsteinUhlenbeck.paper(until: start), times: [start, 0],
      kind: .estimate)
  }

  /// σ_0 at the middle width, then widths at σ_0 = .1; the means are drawn anew for each seed.
  private func scoreCells(_ sizes: ExperimentSizes, _ seed: UInt64) -> [Cell] {
    let sweep =
      sizes.sigmas.map { (sigma0: $0, width: sizes.width) }
      + sizes.widths.map { (sigma0: 0.1, width: $0) }
    return sweep.flatMap { sigma0, width in
      sizes.times.map { t in
        var recipe = recipe(sizes)
        recipe.hiddenWidths = Array(repeating: width, count: 4)
        recipe.activations = .alternating
        recipe.target = .score
        return cell(
          [CellKey("sigma0", sigma0), CellKey("width", width), CellKey("t", t)], sizes, recipe,
          sigma0: sigma0, meansSeed: seed, grid: segment(from: t * process.horizon), seed: seed)
      }
    }
  }

  private func oneStepCells(_ sizes: ExperimentSizes, _ seed: UInt64) -> [Cell] {
    sizes.sigmas.flatMap { sigma0 in
      sizes.bounds.map { bound in
        var recipe = recipe(sizes)
        recipe.activations = .alternating
        recipe.parameterBound = bound
        recipe.publishedSteps = 10
        return cell(
          [CellKey("sigma0", sigma0), CellKey("B", bound)], sizes, recipe, sigma0: sigma0,
          grid: segment(from: .log(2) / (2 * process.beta)), seed: seed)
      }
    }
  }

  private func depthCells(_ sizes: ExperimentSizes, _ seed: UInt64) -> [Cell] {
    [NetworkKind.transformer, .composition].flatMap { kind in
      sizes.blocks.compactMap { blocks in
        // Sixteen blocks of attention alone would take longer than a quick experiment may.
        if scale == .quick, kind == .transformer, ![1, 4, 8].contains(blocks) { return nil }
        var recipe = recipe(sizes)
        recipe.network = kind
        recipe.blocks = blocks
        recipe.hiddenWidths = kind == .transformer ? [sizes.tokenWidth] : [128, 128]
        return cell(
          [CellKey("arch", kind.rawValue), CellKey("n_blocks", blocks)], sizes, recipe,
          sigma0: 0.001, grid: segment(from: process.horizon), seed: seed)
      }
    }
  }

  private func gridCells(_ sizes: ExperimentSizes, _ seed: UInt64) -> [Cell] {
    sizes.segments.flatMap { n in
      ["uniform", "stability"].map { gridCell(sizes, rule: $0, n, seed) }
    }
  }

  /// What the published comparison lacks: other grids, and on the balanced grid one network for all
  /// segments, with the size of one student and with that of all, and students trained on their own
  /// states.
  private func baselineCells(_ sizes: ExperimentSizes, _ seed: UInt64) -> [Cell] {
    sizes.baselineSegments.flatMap { n in
      ["uniform-alpha", "log-snr", "arctan", "karras"].map { gridCell(sizes, rule: $0, n, seed) }
        + [
          gridCell(sizes, rule: "stability", n, seed, student: "shared"),
          gridCell(sizes, rule: "stability", n, seed, student: "shared-wide"),
          gridCell(sizes, rule: "stability", n, seed, states: .own),
        ]
    }
  }

  private func gridCell(
    _ sizes: ExperimentSizes, rule: String, _ n: Int, _ seed: UInt64, student: String = "separate",
    states: TrainingStates = .exact
  ) -> Cell {
    var recipe = recipe(sizes)
    recipe.states = states
    if student != "separate" { recipe.sharing = .shared }
    if student == "shared-wide" {
      recipe.hiddenWidths = Array(repeating: sizes.width(ofWeights: n), count: 4)
    }
    let flow = ProbabilityFlow(.published(seed: 0, sigma0: 1), process)
    return cell(
      [
        CellKey("grid", rule), CellKey("sigma0", 1.0), CellKey("n", n),
        CellKey("student", student), CellKey("states", states.rawValue),
      ], sizes, recipe, sigma0: 1, grid: .named(rule, flow, segments: n), seed: seed)
  }
}

extension ExperimentSizes {
  /// The width of a network of four hidden layers with about as many weights as n students:
  /// 3w² + (2d + m)w + … = n (3v² + 2dv + …), d = 64 and m features of the time.
  func width(ofWeights n: Int) -> Int {
    func weights(_ w: Double, inputs: Double) -> Double { 3 * w * w + (inputs + 64 + 4) * w + 64 }
    let wanted = Double(n) * weights(Double(width), inputs: 64)
    return (width...width * n).min {
      abs(weights(Double($0), inputs: 70) - wanted) < abs(weights(Double($1), inputs: 70) - wanted)
    } ?? width
  }
}

extension TimeGrid {
  /// The grid of a rule that suits every flow of the experiments.
  fileprivate static func named(
    _ rule: String, _ flow: ProbabilityFlow, segments: Int
  ) -> TimeGrid {
    do {
      guard let rule = GridRules.named(rule) else { preconditionFailure("no rule \(rule)") }
      return try rule.grid(GridRequest(flow, segments: segments))
    } catch {
      preconditionFailure("\(rule): \(error)")
    }
  }
}

extension GaussianMixture {
  /// The paper's mixture for a σ_0 that is known to be right.
  fileprivate static func published(seed: UInt64, sigma0: Double) -> GaussianMixture {
    do {
      return try .paper(seed: UInt32(truncatingIfNeeded: seed), sigma0: sigma0)
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
