import Distillation
import Experiments
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
    for experiment in Experiment.allCases {
      let cells = ReproductionPlan(experiment, scale: .paper).cells(seeds: [0, 1])
      #expect(Set(cells.map(\.name)).count == cells.count)
      #expect(cells.allSatisfy { $0.plan.recipe.problem == nil })
    }
  }
}
