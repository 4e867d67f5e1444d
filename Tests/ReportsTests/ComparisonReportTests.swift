import Foundation
import Mixtures
import ProbabilityFlow
import Reports
import Schedules
import Stability
import Testing

@Suite struct ComparisonReportTests {
  private static let rules: [any GridRule.Type] = [
    UniformRule.self, StabilityRule.self, InformationRule.self,
  ]

  private func comparison(
    _ names: [String], oracle: (any GridRule.Type)?, segments: [Int] = [2, 4]
  ) throws -> GridComparison {
    let cases = try names.map { name in
      ComparisonCase(
        name: name, mixture: try #require(try MixtureSuite.named(name)?.mixture()))
    }
    var plan = ComparisonPlan(
      cases, try OrnsteinUhlenbeck(), rules: ComparisonReportTests.rules, segments: segments)
    (plan.oracle, plan.samples) = (oracle, 100)
    return try GridComparison(plan)
  }

  private func page(_ comparison: GridComparison) throws -> String {
    let html = ComparisonReport(comparison).page().html()
    #expect(xmlComplaint(html) == nil)
    #expect(!html.contains("undefined") && !leaksNonFinite(html))
    return html
  }

  @Test func showsTheNumbersOfTheComparison() throws {
    let comparison = try comparison(["ring-8", "tree"], oracle: InformationRule.self)
    let html = try page(comparison)
    for entry in comparison.cases {
      #expect(html.contains(">\(entry.subject.name)<"))
      for cell in entry.cells {
        guard let m = cell.measurement else { continue }
        let error = m.relativeError
        #expect(
          html.contains(NumberText.estimate(error.value, standardError: error.standardError)))
        let distance = m.slicedWasserstein
        #expect(
          html.contains(NumberText.estimate(distance.value, standardError: distance.standardError))
            == (cell.segments == 4))
      }
    }
    for mean in comparison.means {
      guard let value = mean.timesOracle else { continue }
      #expect(html.contains(NumberText.estimate(value.value, standardError: value.standardError)))
    }
    // The tree has no finite bound, so the stability grid is missing there and the page says why.
    #expect(html.contains("stability, euler n = 2, 4: no finite Lipschitz bound"))
    #expect(html.contains("2 of 4"))
  }

  /// Figures: one of ratios over all; errors, ratios and grids for each mixture.
  @Test func drawsErrorsRatiosAndGrids() throws {
    let html = try page(try comparison(["ring-8", "cantor-8"], oracle: UniformRule.self))
    #expect(html.components(separatedBy: "<svg xmlns=").count - 1 == 7)
    for title in [
      "Times oracle, geometric mean", "euler on ring-8", "Grids of 4 steps on cantor-8",
      "Times oracle on cantor-8, n = 4",
    ] {
      #expect(html.contains("<title>\(title)</title>"), "\(title)")
    }
  }

  @Test func withoutAnOracleItSaysSo() throws {
    let html = try page(try comparison(["cantor-8"], oracle: nil, segments: [3]))
    #expect(html.contains("no grid of rule optimal"))
    #expect(!html.contains("Times oracle, geometric mean"))
  }
}
