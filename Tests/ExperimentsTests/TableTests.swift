import Distillation
import Experiments
import Formats
import Stability
import Testing

@Suite struct TableTests {
  /// The first lines of the published tables.
  private static let published: [(Experiment, String, String)] = [
    (.score, "score_sigma0", "sigma0,t/T,mean±std,mean,std,n_trials,depth,width"),
    (.score, "score_width", "width,t/T,mean±std,mean,std,n_trials,depth,sigma0"),
    (
      .oneStep, "one-step",
      "sigma0,B,mean±std,mean,std,n_trials,depth,width,delta,teacher_steps,mu_seed"
    ),
    (.depth, "depth", "arch,n_blocks,mean±std,mean,std,n_trials"),
    (
      .grids, "grids",
      "grid,sigma0,n,relmse_mean±std,relmse_mean,relmse_std,nll0_mean±std,nll0_mean,nll0_std,"
        + "n_trials"
    ),
  ]

  /// Seeds 0, 1 and 2 of every cell: f, 2f and 4f with f a hundredth, and ten times that for NLL.
  private static func results(
    _ plan: ReproductionPlan, more: [(String, Double)] = []
  ) -> [CellResult] {
    plan.cells(seeds: [0, 1, 2]).map { cell in
      let f = [0.01, 0.02, 0.04][Int(cell["seed"] ?? "") ?? 0]
      return made(
        cell.keys, [("relative_mse", f), ("nll", 10 * f), ("energy_distance", 100 * f)] + more)
    }
  }

  private func table(
    _ name: String, _ plan: ReproductionPlan, more: [(String, Double)] = []
  ) throws -> [String] {
    let tables = plan.tables(TableTests.results(plan, more: more))
    let table = try #require(tables.first { $0.name == name })
    #expect(table.rows.allSatisfy { $0.count == table.header.count })
    #expect(table.csv.hasSuffix("\n"))
    return table.csv.split(separator: "\n").map(String.init)
  }

  @Test(arguments: published.indices, ExperimentScale.allCases)
  func headersAreThePublishedOnes(index: Int, scale: ExperimentScale) throws {
    let (experiment, name, header) = TableTests.published[index]
    #expect(try table(name, ReproductionPlan(experiment, scale: scale))[0] == header)
    // Against the published teacher the true error has columns of its own behind these.
    let other = ReproductionPlan(experiment, scale: scale, teacher: .published)
    let more = experiment == .score ? "" : ",true_mean,true_std"
    #expect(try table(name, other)[0] == header + more)
  }

  /// 1, 2 and 4: mean 7/3, deviations −4/3, −1/3, 5/3, variance 42/9/2 = 7/3, root 1.527525231….
  private static let error = "2.33e-02 ± 1.53e-02,2.33333333e-02,1.52752523e-02"
  private static let nll = "2.33e-01 ± 1.53e-01,2.33333333e-01,1.52752523e-01"

  @Test func meansAndDeviationsAreThoseByHand() throws {
    let (error, nll) = (TableTests.error, TableTests.nll)
    let sigma = try table("score_sigma0", ReproductionPlan(.score, scale: .paper))
    #expect(sigma.count == 1 + 3 * 5)
    #expect(sigma[1] == "0.01,0.1,\(error),3,4,512" && sigma[15] == "1,0.9,\(error),3,4,512")
    let width = try table("score_width", ReproductionPlan(.score, scale: .paper))
    #expect(width.count == 1 + 5 * 5)
    #expect(Set(width.dropFirst()).contains("128,0.1,\(error),3,4,0.1"))
    #expect(Set(width.dropFirst()).contains("2048,0.9,\(error),3,4,0.1"))
    let oneStep = try table("one-step", ReproductionPlan(.oneStep, scale: .paper))
    #expect(oneStep.count == 1 + 16)
    #expect(oneStep.contains("0.0001,0.25,\(error),3,4,512,6.93147181e-02,error-controlled,0"))
    let depth = try table("depth", ReproductionPlan(.depth, scale: .paper))
    #expect(depth.count == 1 + 10 && depth[5] == "transformer,16,\(error),3")
    let grids = try table("grids", ReproductionPlan(.grids))
    #expect(grids[1] == "uniform,1,4,\(error),\(nll),3" && grids.count == 1 + 3 * 2 + 4)
    let baselines = try table("baselines", ReproductionPlan(.grids))
    let numbers = "2.33333333e-02,1.52752523e-02,2.33333333e-01,1.52752523e-01"
    #expect(
      baselines.contains("stability,8,shared,exact,11,\(numbers),2.33333333e+00,1.52752523e+00,3"))
    #expect(baselines.count == 1 + 3 * 2 + 4 + 3)
  }

  /// The published tables measure against the teacher that was trained on.
  @Test func theOtherTeacherIsWhatIsCompared() throws {
    let plan = ReproductionPlan(.oneStep, scale: .paper, teacher: .published)
    let rows = try table("one-step", plan, more: [("relative_mse_published_teacher", 0.5)])
    let numbers = "5.00e-01 ± 0.00e+00,5.00000000e-01,0.00000000e+00"
    #expect(
      rows.contains(
        "0.1,0.01,\(numbers),3,4,512,6.93147181e-02,10,0,2.33333333e-02,1.52752523e-02"))
  }

  @Test func oneSeedHasNoDeviation() throws {
    #expect(SeedStatistics([3]).deviation == 0 && SeedStatistics([3]).count == 1)
    let plan = ReproductionPlan(.depth)
    let one = made(plan.cells()[0].keys, [("relative_mse", 0.125)])
    let tables = plan.tables([one])
    #expect(tables.map(\.name) == ["depth", "runs"])
    #expect(
      tables[0].rows == [
        [
          "transformer", "1", "1.25e-01 ± 0.00e+00", "1.25000000e-01", "0.00000000e+00", "1",
        ]
      ])
    #expect(plan.tables([]).isEmpty)
  }

  /// Groups know the published number of their choices, and those without one have none.
  @Test func publishedNumbersFindTheirRows() throws {
    let plan = ReproductionPlan(.grids, scale: .paper)
    let groups = ResultGroup.all(TableTests.results(plan), of: plan)
    let published = groups.filter { Experiment.grids.published($0) != nil }
    #expect(published.count == 6)
    #expect(published.allSatisfy { $0["student"] == "separate" && $0["states"] == "exact" })
    let four = try #require(groups.first { $0["grid"] == "stability" && $0["n"] == "4" })
    #expect(Experiment.grids.published(four)?.mean == 0.0255117623)
    for experiment in Experiment.allCases {
      let plan = ReproductionPlan(experiment, scale: .paper)
      let groups = ResultGroup.all(TableTests.results(plan), of: plan)
      #expect(groups.allSatisfy { $0.results.map { $0["seed"] } == ["0", "1", "2"] })
      #expect(
        groups.compactMap { experiment.published($0) }.count == experiment.published.count)
    }
  }

  @Test func runsHoldEverything() throws {
    let plan = ReproductionPlan(.depth)
    let keys = plan.cells()[0].keys
    let other = plan.cells()[1].keys
    let runs = plan.tables([
      made(keys, [("relative_mse", 0.5)], seconds: 2.5), made(other, [("lipschitz", 3)]),
    ])
    let rows = try #require(runs.last).csv.split(separator: "\n")
    #expect(
      rows[0] == "arch,n_blocks,seed,relative_mse,relative_mse_standard_error,lipschitz,"
        + "lipschitz_standard_error,steps,parameters,seconds")
    #expect(rows[1] == "transformer,1,0,0.5,0.0,,,7,11,2.5")
    #expect(rows[2] == "transformer,4,0,,,3.0,0.0,7,11,1.0")
  }
}
