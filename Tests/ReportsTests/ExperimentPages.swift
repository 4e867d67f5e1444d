import Distillation
import Experiments
import Foundation
import Reports
import Stability
import Testing

/// Made-up results, and what pages say of them.
enum ExperimentPages {
  /// What a cell gave for its choices: measurements by name, without errors of their own unless given.
  typealias Gave = (_ cell: Cell) -> [(name: String, value: Double)]

  /// The experiment with results for the cells that `gave` knows, each with a standard error of 1 %.
  static func experiment(
    _ kind: Experiment, scale: ExperimentScale = .quick, teacher: TeacherChoice = .accurate,
    seeds: [UInt64] = [0], name: String = "made-up", _ gave: Gave
  ) -> ReportedExperiment {
    let plan = ReproductionPlan(kind, scale: scale, teacher: teacher)
    let results = plan.cells(seeds: seeds).compactMap { cell -> CellResult? in
      let measurements = gave(cell)
      guard !measurements.isEmpty else { return nil }
      return CellResult(
        keys: cell.keys,
        measurements: measurements.map {
          CellMeasurement($0.name, Estimate(value: $0.value, standardError: 0.01 * $0.value))
        }, steps: 10, parameters: 1000, seconds: 1)
    }
    return ReportedExperiment(name: name, plan: plan, results: results)
  }

  /// The page, which is well-formed and holds no number that is none.
  static func html(_ experiments: ReportedExperiment...) -> String {
    let html = ExperimentReport(experiments).page().html()
    #expect(xmlComplaint(html) == nil)
    #expect(!html.contains("undefined") && !leaksNonFinite(html))
    return html
  }

  /// The texts of the cells of all rows whose first cells are these.
  static func rows(_ html: String, _ first: String...) -> [[String]] {
    html.matches(of: /<tr>(<td.*?)<\/tr>/).map { match in
      match.1.matches(of: /<td[^>]*>(.*?)<\/td>/).map {
        String($0.1).replacing(/<span class="badge.*?<\/span>\s/, with: "")
          .replacing(/<\/?strong>/, with: "")
      }
    }.filter { Array($0.prefix(first.count)) == first }
  }
}
