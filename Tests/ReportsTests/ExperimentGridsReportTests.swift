import Distillation
import Experiments
import Formats
import Foundation
import Reports
import Stability
import Testing

@Suite struct ExperimentGridsReportTests {
  private typealias Pages = ExperimentPages

  private func grids(
    uniform: Double, stability: Double, other: Double = 1, seeds: [UInt64] = [0]
  ) -> ReportedExperiment {
    Pages.experiment(.grids, seeds: seeds) { cell in
      let isPlain = cell["student"] == "separate" && cell["states"] == "exact"
      let error =
        !isPlain
        ? 2
        : cell["grid"] == "uniform"
          ? uniform
          : cell["grid"] == "stability"
            ? stability : cell["grid"] == "log-snr" ? other : 1.5
      return [
        ("relative_mse", error), ("nll", 101), ("teacher_nll", 90), ("energy_distance", 0.25),
      ]
    }
  }

  @Test func theGainOfTheBalancedGridIsComputed() {
    let wins = Pages.html(grids(uniform: 0.4, stability: 0.3))
    // 1 % of each: .75 √2 / 100.
    let change = "\u{2212}25.0\u{202F}% ± 1.1\u{202F}%"
    #expect(Pages.rows(wins, "8", "0.400 ± 0.004").first?[3] == change)
    for (n, published) in [("4", "37.7"), ("8", "51.9"), ("16", "22.2")] {
      #expect(
        wins.contains("At n = \(n) the balanced grid wins: the balanced grid changes the error by"))
      #expect(
        Pages.rows(wins, n, "0.400 ± 0.004").first?[4].hasPrefix(
          "\u{2212}\(published)\u{202F}%") == true)
    }
    let loses = Pages.html(grids(uniform: 0.3, stability: 0.4))
    #expect(
      loses.contains("At n = 8 the uniform grid wins: the balanced grid changes the error by +33.3")
    )
    #expect(!loses.contains("the balanced grid wins"))
    let even = Pages.html(grids(uniform: 0.3, stability: 0.301))
    #expect(even.contains("At n = 16 neither grid wins by two standard errors"))
  }

  @Test func theBestChoiceIsComputed() throws {
    let published = Pages.html(grids(uniform: 0.4, stability: 0.3))
    #expect(
      published.contains("Of the 9 choices at n = 8 the best is stability, the published one."))
    let html = Pages.html(grids(uniform: 0.4, stability: 0.3, other: 0.1))
    #expect(
      html.contains(
        "the best is log-snr; the published stability-balanced chain is at place 2 with 3.0 times "
          + "its error."))
    let row = try #require(Pages.rows(html, "log-snr", "separate", "exact").first)
    #expect(
      row[3...7] == ["1000", "0.1000 ± 0.0010", "101.0 ± 1.0", "90.0 ± 0.9", "0.250 ± 0.003"])
    #expect(Pages.rows(html, "stability", "shared-wide", "exact").count == 1)
    #expect(Pages.rows(html, "stability", "separate", "own").count == 1)
  }

  /// What is said of the grid is a computation, and true.
  @Test func theBalancedGridIsUniformInAlphaSquared() throws {
    let html = Pages.html(grids(uniform: 1, stability: 1))
    let match = try #require(
      html.firstMatch(of: /equally spaced to within ([0-9.e−-]+) of their spacing/))
    #expect(try #require(Double(match.1)) < 1e-6)
  }

  @Test func experimentsOfAFolderAreReadByNumber() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "experiments-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(!ReportedExperiment.isPresent(in: path))
    #expect(throws: ExperimentError.self) { try ReportedExperiment.all(in: path) }
    let made = [
      ("a", grids(uniform: 0.4, stability: 0.3)),
      ("b", Pages.experiment(.score) { _ in [("relative_mse", 0.1)] }),
      ("c", Pages.experiment(.score, teacher: .published) { _ in [] }),
    ]
    for (name, experiment) in made {
      let folder = ExperimentFolder("\(path)/\(name)")
      try folder.open(experiment.plan)
      for result in experiment.results {
        let name = result.keys.map { "\($0.name)-\($0.value)" }.joined(separator: "_")
        try result.json.write(to: folder.file("results/\(name).json"))
      }
    }
    #expect(ReportedExperiment.isPresent(in: path))
    let read = try ReportedExperiment.all(in: path)
    #expect(read.map(\.name) == ["b", "c", "a"])
    #expect(read[2].results.count == made[0].1.results.count)
    let html = ExperimentReport(read).page().html()
    for heading in ["Experiment 1 (b): ", "Experiment 1 (c): ", "Experiment 4: chains of students"]
    {
      #expect(html.contains("<h2>\(heading)"))
    }
    #expect(try ReportedExperiment.all(in: "\(path)/a").map(\.plan) == [made[0].1.plan])
    let files = try FileReader.files(in: "\(path)/a/results", withExtension: "json")
    try AtomicFile.write("{", to: "\(path)/a/results/\(files[0])")
    #expect(throws: ExperimentError.self) { try ReportedExperiment.all(in: path) }
  }
}
