import Arrays
import Distillation
import Experiments
import Formats
import Foundation
import Mixtures
import Schedules
import Stability
import Testing

func write(_ text: some StringProtocol, to path: String) throws {
  try Data(text.utf8).write(to: URL(filePath: path))
}

/// A cell that is trained in a blink: three components in the plane, 30 steps.
struct TinyCell: Sendable, CustomTestStringConvertible {
  let name: String
  let times: [Double]
  let change: @Sendable (inout Recipe) -> Void

  /// Every kind of student that an experiment has, but compositions.
  static let all = [
    TinyCell(name: "separate", times: [1, 0.3, 0.1, 0]) { _ in },
    TinyCell(name: "shared", times: [1, 0.3, 0.1, 0]) { $0.sharing = .shared },
    TinyCell(name: "own", times: [1, 0.3, 0.1, 0]) { $0.states = .own },
    TinyCell(name: "transformer", times: [1, 0.2, 0]) {
      ($0.network, $0.blocks, $0.hiddenWidths) = (.transformer, 2, [8])
    },
    TinyCell(name: "score", times: [1, 0]) {
      ($0.target, $0.activations) = (.score, .alternating)
    },
    TinyCell(name: "published", times: [0.2, 0]) {
      ($0.teacher, $0.publishedSteps, $0.parameterBound) = (.published, 10, 0.25)
    },
  ]

  var testDescription: String { name }

  func cell() throws -> Cell {
    var recipe = Recipe.paper
    (recipe.hiddenWidths, recipe.totalSteps, recipe.batch) = ([8, 8], 30, 16)
    change(&recipe)
    let process = try OrnsteinUhlenbeck(beta: 5, sigmaInfinity: 1, horizon: times[0])
    return Cell(
      keys: [CellKey("kind", name), CellKey("seed", "3")],
      plan: DistillationPlan(
        mixture: try GaussianMixture(
          weights: [0.2, 0.3, 0.5], means: Matrix([[-1, 0.5], [2, 0], [0, -1.5]]),
          covariances: .spherical([0.2, 0.2, 0.2])),
        grid: TimeGrid(rule: "test", process: process, times: times, kind: .estimate),
        recipe: recipe, seed: 3),
      samples: 64)
  }
}

/// A result made up for a cell: names with values, standard errors 0.
func made(_ keys: [CellKey], _ values: [(String, Double)], seconds: Double = 1) -> CellResult {
  CellResult(
    keys: keys,
    measurements: values.map { CellMeasurement($0.0, Estimate(value: $0.1, standardError: 0)) },
    steps: 7, parameters: 11, seconds: seconds)
}

extension ExperimentFolder {
  /// The path of a cell's result.
  func resultPath(_ name: String) -> String { file("results/\(name).json") }

  /// Puts a result where a run would.
  func put(_ result: CellResult) throws {
    let name = result.keys.map { "\($0.name)-\($0.value)" }.joined(separator: "_")
    try result.json.write(to: resultPath(name))
  }
}

/// Expects an error of one line that contains a word.
func expectRefusal<T>(
  naming word: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> T
) {
  do {
    _ = try body()
    Issue.record("nothing was refused", sourceLocation: sourceLocation)
  } catch {
    let text = "\(error)"
    #expect(error is ExperimentError || error is FormatError, sourceLocation: sourceLocation)
    #expect(text.contains(word) && !text.contains("\n"), "\(text)", sourceLocation: sourceLocation)
  }
}
