import Distillation
import Experiments
import Formats
import Foundation
import Reports
import Stability
import Testing

@Suite struct ExperimentReportTests {
  private typealias Pages = ExperimentPages

  /// Twice the published means, half a deviation up and down between two seeds.
  @Test func ratiosToThePublishedNumbers() throws {
    let published = try #require(
      Experiment.score.published.first {
        $0["sigma0"] == "0.1" && $0["width"] == "256" && $0["t"] == "0.5"
      })
    let html = Pages.html(
      Pages.experiment(.score, scale: .paper, seeds: [0, 1]) { cell in
        let known = Experiment.score.published.first { $0.keys == Array(cell.keys.dropLast()) }
        let sign = cell["seed"] == "0" ? 0.5 : -0.5
        return known.map { [("relative_mse", 2 * $0.mean + sign * $0.deviation)] } ?? []
      })
    let rows = Pages.rows(html, "0.1", "256", "0.5")
    #expect(rows.count == 1)
    let deviation = published.deviation * 0.5.squareRoot()
    #expect(
      rows.first == [
        "0.1", "256", "0.5",
        NumberText.estimate(2 * published.mean, standardError: deviation), "2",
        NumberText.estimate(published.mean, standardError: published.deviation), "2.00",
        "+" + NumberText.fixed(published.mean / published.deviation, decimals: 1),
      ])
    #expect(html.contains("The published protocol:"))
    #expect(!html.contains("not comparable"))
    #expect(html.contains("35 of the 35 published numbers"))
  }

  @Test func theQuickScaleIsSaidNotToBeComparable() {
    for experiment in Experiment.allCases {
      let html = Pages.html(Pages.experiment(experiment) { _ in [] })
      #expect(html.contains("not comparable with the published ones; only trends are"))
      #expect(html.contains("No cell is finished yet."))
      #expect(html.contains("Experiment \(experiment.number): \(experiment.title)"))
    }
  }

  @Test func widthAndSigmaAreJudgedFromTheNumbers() {
    func page(_ error: @escaping (_ width: Double, _ sigma0: Double) -> Double) -> String {
      Pages.html(
        Pages.experiment(.score) { cell in
          let width = Double(cell["width"] ?? "") ?? 0
          return [("relative_mse", error(width, Double(cell["sigma0"] ?? "") ?? 0))]
        })
    }
    let falling = page { width, sigma0 in (sigma0 == 1 ? 3 : 1) / width }
    #expect(
      falling.contains(
        "σ₀ = 0.1 the error as the width grows falls at each step from 64 to 256, by a factor of "
          + "4.0 in all."))
    #expect(falling.contains("differ at most by a factor of 3.0"))
    let rising = page { width, _ in width }
    #expect(rising.contains("as the width grows rises at each step from 64 to 256"))
    #expect(rising.contains("differ at most by a factor of 1.0"))
    #expect(!rising.contains("falls at each step"))
  }

  @Test(arguments: [Double.infinity, 4])
  func depthIsJudgedFromTheNumbers(turn: Double) {
    let html = Pages.html(
      Pages.experiment(.depth, scale: .paper) { cell in
        let blocks = Double(cell["n_blocks"] ?? "") ?? 0
        let depth = blocks > turn ? turn / 3 : blocks
        return [("relative_mse", (cell["arch"] == "transformer" ? 0.5 : 0.25) / depth)]
      })
    let falls = "as blocks are added falls at each step from 1 to 16, by a factor of 16 in all."
    let turns =
      "as blocks are added is no plain trend from 1 to 16: it falls from 1 to 2 and from 2 to 4, "
      + "rises from 4 to 8 and does not change beyond two standard errors from 8 to 16."
    #expect(html.contains("exact flow map \(falls)") == turn.isInfinite)
    #expect(html.contains("exact flow map \(turns)") == turn.isFinite)
    #expect(html.contains("composition with 1, composition with 2"))
    // Nothing is published of the composition.
    #expect(Pages.rows(html, "composition", "4").first?.suffix(3) == ["—", "—", "—"])
  }

  @Test func eachStudentOfThePublishedTeacherHasTwoErrors() {
    func experiment(_ teacher: Bool) -> ReportedExperiment {
      Pages.experiment(.oneStep, teacher: teacher ? .published : .accurate) { cell in
        guard cell["B"] == "0.1" else { return [] }
        return [("relative_mse", 0.5)]
          + (teacher ? [("relative_mse_published_teacher", 0.125)] : [])
      }
    }
    let both = Pages.html(experiment(true))
    #expect(
      Pages.rows(both, "0.01", "0.1").first?[2...3] == ["0.1250 ± 0.0013", "0.500 ± 0.005"])
    #expect(both.contains("an error of 0.125 against it and of 0.500 against the exact flow map"))
    #expect(both.contains("<title>Error of one step by bound on the weights, against the exact"))
    let one = Pages.html(experiment(false))
    #expect(Pages.rows(one, "0.01", "0.1").first?[2] == "0.500 ± 0.005")
    #expect(!one.contains("ours, true") && !one.contains("against it and of"))
    // .5 / .00645594789
    #expect(Pages.rows(one, "0.01", "0.1").first?[5] == "77.4")
  }

  @Test func boundsOfMismatchStandBesideTheErrors() throws {
    var experiment = Pages.experiment(.oneStep) { cell in
      cell["sigma0"] == "0.1" ? [("relative_mse", 0.1)] : []
    }
    #expect(!Pages.html(experiment).contains("Lipschitz budget"))
    let table = try MismatchTable(
      experiment.plan, results: experiment.results, budgets: [0.25, 64], samples: 256)
    experiment.mismatch = table
    let html = Pages.html(experiment)
    let row = try #require(table.rows.first)
    #expect(table.rows.count == 1 && row.relativeErrors[0] > 0 && row.relativeErrors[1] == 0)
    #expect(
      Pages.rows(html, "0.1", NumberText.significant(row.relativeErrors[0])).first?.dropFirst(2)
        == [
          "0", NumberText.significant(row.steepestQuotient),
          NumberText.significant(try #require(row.certifiedLogLipschitz)),
        ])
    #expect(html.contains("an error is proved up to M = 0.250") && html.contains("256 points"))
    #expect(html.contains("class=\"badge certificate\""))
  }
}
