import Distillation
import Experiments
import Mixtures
import ProbabilityFlow
import Stability
import Testing

@Suite struct ComparisonTests {
  private func trend(_ values: (Double, Double)...) throws -> Trend {
    try #require(
      Trend(
        values.enumerated().map {
          ("\($0.offset)", Estimate(value: $0.element.0, standardError: $0.element.1))
        }))
  }

  @Test func aTrendIsJudgedByTwoStandardErrors() throws {
    #expect(Trend([("1", Estimate(value: 1, standardError: 0))]) == nil)
    #expect(try trend((4, 0.1), (2, 0.1), (1, 0.1)).direction == .falls)
    #expect(try trend((1, 0.1), (2, 0.1), (4, 0.1)).direction == .rises)
    // 3² + 4² = 5², so the margin is 10.
    #expect(try trend((20, 3), (10.1, 4)).direction == .level)
    #expect(try trend((20, 3), (9.9, 4)).direction == .falls)
    let mixed = try trend((1, 0), (2, 0), (1.5, 0))
    #expect(mixed.direction == nil && mixed.steps.map(\.direction) == [.rises, .falls])
    #expect(mixed.first == 1 && mixed.last == 1.5)
  }

  private func group(_ grid: String, _ values: [Double]) -> [CellResult] {
    values.enumerated().map { seed, value in
      CellResult(
        keys: [
          CellKey("grid", grid), CellKey("sigma0", "1"), CellKey("n", "8"),
          CellKey("student", "separate"), CellKey("states", "exact"), CellKey("seed", "\(seed)"),
        ],
        measurements: [
          CellMeasurement("relative_mse", Estimate(value: value, standardError: 0.1 * value))
        ], steps: 1, parameters: 1, seconds: 1)
    }
  }

  private func reduction(_ uniform: [Double], _ balanced: [Double]) throws -> GridReduction {
    let results = group("uniform", uniform) + group("stability", balanced)
    let all = GridReduction.all(ResultGroup.all(results, of: ReproductionPlan(.grids)))
    #expect(all.count == 1)
    return try #require(all.first)
  }

  @Test func theReductionHasTheErrorOfARatio() throws {
    let single = try reduction([4], [3])
    #expect(single.segments == "8" && abs(single.reduction.value - 0.25) < 1e-15)
    #expect(abs(single.reduction.standardError - 0.75 * 0.02.squareRoot()) < 1e-15)
    // Proportional pairs have the same ratio each: no error over seeds, however large the spread.
    let paired = try reduction([4, 8, 6], [2, 4, 3])
    #expect(abs(paired.reduction.value - 0.5) < 1e-15)
    #expect(paired.reduction.standardError < 1e-12)
    #expect(paired.uniform.value == 6)
    #expect(abs(paired.uniform.standardError - (4.0 / 3).squareRoot()) < 1e-12)
    let known = try #require(single.published)
    #expect(abs(known.value - 0.519) < 5e-4)
    #expect(known.standardError > 0.005 && known.standardError < 0.02)
  }

  /// The budgets that are skipped have the bound that would have been computed.
  @Test func skippedBudgetsHaveTheirBound() throws {
    let plan = ReproductionPlan(.oneStep)
    let cell = try #require(plan.cells(seeds: [0]).first { $0["sigma0"] == "0.1" })
    let result = CellResult(
      keys: cell.keys, measurements: [], steps: 1, parameters: 1, seconds: 1)
    let table = try MismatchTable(plan, results: [result], budgets: [0.5, 2, 8], samples: 128)
    let row = try #require(table.rows.first)
    #expect(table.rows.map(\.sigma0) == ["0.1"] && row.relativeErrors[0] > 0)
    let flow = cell.plan.flow
    for (budget, error) in zip(table.budgets, row.relativeErrors) {
      let bound = try MismatchBound(
        flow, from: flow.process.horizon, to: 0, budget: budget,
        options: MismatchOptions(samples: 128, batch: 32))
      #expect(error == bound.relativeMeanSquare)
      #expect(row.certifiedLogLipschitz == bound.certifiedLogLipschitz)
    }
  }
}
