import Distillation
import Experiments
import Formats
import Schedules
import Stability
import TestSupport
import Testing

@Suite struct PlanTests {
  @Test func theScaleOfThePaperHasThePublishedCells() {
    let score = ReproductionPlan(.score, scale: .paper).cells()
    // Three σ_0 and five widths at five times, with σ_0 = .1 and width 512 in both; ten seeds.
    #expect(score.count == (3 + 5 - 1) * 5 * 10)
    #expect(ReproductionPlan(.oneStep, scale: .paper).cells().count == 16 * 10)
    #expect(ReproductionPlan(.depth, scale: .paper).cells(seeds: [0]).count == 2 * 5)
    let grids = ReproductionPlan(.grids, scale: .paper).cells(seeds: [3])
    #expect(grids.filter { $0["student"] == "separate" && $0["states"] == "exact" }.count == 6 * 3)
  }

  /// Names are those of files, on disks that ignore case too, and every cell can be trained.
  @Test(arguments: Experiment.allCases, ExperimentScale.allCases)
  func cellsHaveNamesOfTheirOwn(experiment: Experiment, scale: ExperimentScale) {
    let cells = ReproductionPlan(experiment, scale: scale).cells(seeds: [0, 1, 4_294_967_295])
    #expect(Set(cells.map { $0.name.lowercased() }).count == cells.count)
    for cell in cells {
      #expect(cell.name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil, "\(cell.name)")
      #expect(cell.name.utf8.count < 120)
      #expect(cell.plan.recipe.problem == nil, "\(cell.name)")
      #expect(cell.keys.last?.name == "seed" && cell["seed"] == "\(cell.plan.seed)")
      #expect(cell.keys.map(\.name) == cells[0].keys.map(\.name))
    }
  }

  @Test func seedsGivenTwiceCountOnce() {
    let plan = ReproductionPlan(.oneStep)
    #expect(plan.cells(seeds: [1, 1]).map(\.name) == plan.cells(seeds: [1]).map(\.name))
    #expect(plan.cells().map(\.name) == plan.cells(seeds: plan.seeds).map(\.name))
  }

  @Test func choicesReachTheRecipe() throws {
    let plan = ReproductionPlan(.grids, scale: .paper, teacher: .published, steps: 77)
    for cell in plan.cells(seeds: [5]) {
      let recipe = cell.plan.recipe
      #expect(recipe.totalSteps == 77 && recipe.teacher == .published && cell.plan.seed == 5)
      #expect("\(cell.plan.grid.segmentCount)" == cell["n"])
      #expect(recipe.sharing == (cell["student"] == "separate" ? .separate : .shared))
      #expect(recipe.states.rawValue == cell["states"])
    }
    for cell in ReproductionPlan(.score, scale: .paper).cells(seeds: [2]) {
      #expect(
        cell.plan.recipe.hiddenWidths.map { "\($0)" } == Array(repeating: cell["width"], count: 4))
      #expect(cell.plan.recipe.target == .score)
      #expect(Double(cell["t"] ?? "") == cell.plan.grid.times[0])
    }
    for cell in ReproductionPlan(.oneStep).cells() {
      #expect(Double(cell["B"] ?? "") == cell.plan.recipe.parameterBound)
    }
  }

  @Test(arguments: [nil, 1, 1_000_000_000]) func plansSurviveTheirFile(steps: Int?) throws {
    try withFolder { path in
      for experiment in Experiment.allCases {
        for scale in ExperimentScale.allCases {
          for teacher in TeacherChoice.allCases {
            let plan = ReproductionPlan(experiment, scale: scale, teacher: teacher, steps: steps)
            try plan.json.write(to: path + "/experiment.json")
            #expect(try ReproductionPlan(contentsOf: path + "/experiment.json") == plan)
          }
        }
      }
    }
  }

  @Test func wrongPlansAreRefused() throws {
    let wrong: [(key: String, value: JSON?, word: String)] = [
      ("format", "flowdistill.run/1", "flowdistill.experiment/1"), ("experiment", "five", "depth"),
      ("scale", "huge", "quick, paper"), ("teacher", "rk4", "accurate, published"),
      ("steps", 0, "steps: is 0"), ("steps", 1_000_000_001, "steps: is 1000000001"),
      ("steps", "many", "steps"), ("scale", nil, "'scale'"), ("colour", "red", "'colour'"),
    ]
    try withFolder { path in
      for (key, value, word) in wrong {
        guard case .object(var object) = ReproductionPlan(.score).json else { return }
        object[key] = value
        try JSON.object(object).write(to: path + "/experiment.json")
        expectRefusal(naming: word) { try ExperimentFolder(path).plan() }
        expectRefusal(naming: "experiment.json") { try ExperimentFolder(path).plan() }
      }
    }
  }
}
