import Arrays
import Distillation
import Formats
import Foundation
import Mixtures
import ProbabilityFlow
import Reports
import Schedules
import Stability
import Testing

@Suite struct RunReportTests {
  private static let mixture = try? GaussianMixture(
    weights: [0.5, 0.5], means: Matrix(rows: 2, columns: 4, elements: [1, 1, 0, 0, 0, 0, 1, 1]),
    covariances: .spherical([0.1, 0.1]))

  /// Two tiny runs of one flow in a folder of their own.
  private func folder(
    evaluated: [Bool] = [true, true], mixtures: [GaussianMixture?] = [mixture, mixture]
  ) throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "runs-\(UUID())").path
    try AtomicFile.makeFolder(path)
    let rules: [any GridRule.Type] = [UniformRule.self, StabilityRule.self]
    for (i, rule) in rules.enumerated() {
      let mixture = try #require(mixtures[i])
      let flow = ProbabilityFlow(mixture, try OrnsteinUhlenbeck())
      var recipe = Recipe.residual
      (recipe.hiddenWidths, recipe.batch, recipe.totalSteps) = ([6], 16, 4)
      let plan = DistillationPlan(
        mixture: mixture, grid: try rule.grid(for: flow, segments: 2), recipe: recipe, seed: 1)
      let run = RunFolder("\(path)/run-\(rule.name)")
      try Distiller(starting: plan, in: run).run()
      if evaluated[i] {
        try Evaluation(try run.students(plan), plan: plan, samples: 200, seed: 3).json
          .write(to: run.file("evaluation.json"))
      }
    }
    return path
  }

  private func page(_ report: RunReport) throws -> String {
    let html = report.page().html()
    #expect(xmlComplaint(html) == nil)
    #expect(!html.contains("undefined") && !leaksNonFinite(html))
    return html
  }

  /// Distances to real data stand in a table of their own, for the runs that were compared with any.
  @Test func showsDistancesToRealData() throws {
    let path = try folder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(
      try !page(RunReport(try ReportedRun.all(in: path), title: "None")).contains("Wasserstein"))
    let run = RunFolder("\(path)/run-uniform")
    let plan = try run.plan()
    var evaluation = try Evaluation(
      try run.students(plan), plan: plan, samples: 200, seed: 3)
    let data = plan.flow.marginal(at: 0).sample(300, from: RandomStream(seed: 8))
    let quality = try SampleQuality(try run.students(plan), plan: plan, data: data, seed: 2)
    evaluation.quality = quality
    try evaluation.json.write(to: run.file("evaluation.json"))
    let html = try page(RunReport(try ReportedRun.all(in: path), title: "One"))
    for estimate in [quality.students, quality.teacher, quality.floor] {
      #expect(
        html.contains(
          NumberText.estimate(estimate.value, standardError: estimate.standardError)))
    }
    #expect(quality.floor.value < quality.students.value)
  }

  @Test func showsTheNumbersOfTheEvaluations() throws {
    let path = try folder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let runs = try ReportedRun.all(in: path)
    #expect(runs.map(\.name) == ["run-stability", "run-uniform"])
    let html = try page(RunReport(runs, title: "Two runs"))
    for run in runs {
      let evaluation = try #require(run.evaluation)
      let error = evaluation.relativeError
      #expect(html.contains(NumberText.estimate(error.value, standardError: error.standardError)))
      for segment in evaluation.segments {
        #expect(html.contains(NumberText.significant(segment.localError)))
        let certified = try #require(segment.certifiedAmplification)
        #expect(html.contains(NumberText.significant(certified)))
      }
      for time in run.plan.grid.times {
        #expect(html.contains(">\(NumberText.significant(time, digits: 6))<"))
      }
    }
    let errors = runs.compactMap { $0.evaluation?.relativeError.value }
    let gain = NumberText.percent(1 - (errors.min() ?? 0) / (errors.max() ?? 1))
    #expect(html.contains("\(gain) ±"))
  }

  /// Bounds and measurements on one page: rates, the distribution, the ratio and its warning.
  @Test func measurementsStandBesideTheBounds() throws {
    let path = try folder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    var report = RunReport(try ReportedRun.all(in: path), title: "Measured")
    #expect(!(try page(report).contains("Amplification of trajectories")))
    for count in [1, 60] {
      try report.measure(samples: count)
      let html = try page(report)
      for text in [
        "Amplification of trajectories", "Rates: bounds and measurements", "E‖∇v‖",
        "its sharper form", "measured ∫E‖∇v‖", "uniform in t", "certificate of the mean",
        "Amplification of each student",
      ] {
        #expect(html.contains(text), "\(text)")
      }
    }
    let flow = ProbabilityFlow(try #require(RunReportTests.mixture), try OrnsteinUhlenbeck())
    let measured = try MeasuredStability(flow, times: [], samples: 60, seed: 1)
    let mean = measured.amplification.mean
    let html = try page(report)
    #expect(html.contains(NumberText.estimate(mean.value, standardError: mean.standardError)))
    let bound = StabilityBound(flow)
    let ratio = bound.cumulative(1) / measured.norm.integral.value
    #expect(html.contains(NumberText.significant(ratio)))
    #expect(html.contains("may be poor") == (ratio > 10))
  }

  /// An evaluation read back from its file is the one that was written.
  @Test func evaluationsComeBackWhole() throws {
    let path = try folder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = "\(path)/run-uniform/evaluation.json"
    let read = try Evaluation(contentsOf: file)
    #expect(read.json == (try JSON.read(file)))
    let single = try Evaluation(
      try RunFolder("\(path)/run-uniform").students(RunFolder("\(path)/run-uniform").plan()),
      plan: RunFolder("\(path)/run-uniform").plan(), samples: 1, seed: 3)
    try single.json.write(to: file)
    #expect(try Evaluation(contentsOf: file).relativeError.standardError == .infinity)
  }

  @Test func imagesStandInRows() throws {
    let path = try folder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    var report = RunReport(try ReportedRun.all(in: path), title: "Images")
    report.imageSize = (2, 2)
    report.data = Matrix(rows: 3, columns: 4, elements: Array(repeating: 0.5, count: 12))
    let html = try page(report)
    #expect(html.components(separatedBy: "data:image/png").count == 3)
    for label in ["data", "teacher", "run-stability", "run-uniform"] {
      // Two rows of each.
      #expect(html.components(separatedBy: ">\(label)</text>").count >= 3, "\(label)")
    }
  }

  @Test func anUnevaluatedRunIsSaidToBeOne() throws {
    let path = try folder(evaluated: [false, true])
    defer { try? FileManager.default.removeItem(atPath: path) }
    let html = try page(RunReport(try ReportedRun.all(in: path), title: "One"))
    #expect(html.contains("Not evaluated yet: run-uniform."))
  }

  @Test func aSingleRunIsNamedByItsRule() throws {
    let path = try folder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try ReportedRun.all(in: "\(path)/run-stability").map(\.name) == ["stability"])
  }

  @Test func runsOfDifferentFlowsAreRefused() throws {
    let other = try GaussianMixture(
      weights: [1], means: Matrix(rows: 1, columns: 4, elements: [0, 0, 0, 1]),
      covariances: .spherical([1]))
    let path = try folder(mixtures: [RunReportTests.mixture, other])
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(throws: DistillationError.self) { try ReportedRun.all(in: path) }
  }

  /// Where no bound is finite the page says why and draws those on a ball.
  @Test func crossedCovariancesHaveBoundsOnABall() throws {
    let unequal = try GaussianMixture(
      weights: [0.5, 0.5], means: Matrix(rows: 2, columns: 4, elements: [1, 1, 0, 0, 0, 0, 1, 1]),
      covariances: .diagonal(Matrix([[1, 2, 1, 1], [2, 1, 1, 1]])))
    let plan = DistillationPlan(
      mixture: unequal,
      grid: try UniformRule.grid(
        for: ProbabilityFlow(unequal, try OrnsteinUhlenbeck()), segments: 2),
      recipe: {
        var recipe = Recipe.residual
        (recipe.hiddenWidths, recipe.batch, recipe.totalSteps) = ([6], 16, 4)
        return recipe
      }(), seed: 1)
    let path = FileManager.default.temporaryDirectory.appending(path: "runs-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Distiller(starting: plan, in: RunFolder(path)).run()
    let html = try page(RunReport(try ReportedRun.all(in: path), title: "Unequal"))
    #expect(html.contains("No worst-case bound is finite") && html.contains("on the ball"))
    var report = RunReport(try ReportedRun.all(in: path), title: "Unequal")
    try report.measure(samples: 5)
    #expect(try page(report).contains("Amplification of trajectories"))
  }
}
