import Formats
import Foundation
import Mixtures
import ProbabilityFlow
import Schedules
import TestSupport
import Testing

/// A grid of ten segments, from a rule's published formula in SciPy.
struct ClosedFormCase: Decodable, Sendable, CustomTestStringConvertible {
  struct ProcessPart: Decodable, Sendable {
    let type: String
    let horizon: Double
    let beta, sigma_inf, beta_min, beta_max: Double?

    var made: any ForwardProcess {
      get throws {
        let type = try #require(ProcessCatalog.named(type))
        let values = [
          "beta": beta, "sigma_inf": sigma_inf, "beta_min": beta_min, "beta_max": beta_max,
        ]
        return try type.init(
          parameters: try type.parameterDefaults.map {
            try #require(values[$0.name] ?? nil, "\($0.name)")
          },
          horizon: horizon)
      }
    }
  }

  let rule: String
  let process: ProcessPart
  let end: Double
  let parameters: [String: Double]
  /// Those between the first time and the last.
  let levels: [Double]

  var testDescription: String { "\(rule) under \(process.type), \(parameters)" }

  static let all = Result {
    let url = try #require(
      Bundle.module.url(
        forResource: "closed-forms", withExtension: "json", subdirectory: "Fixtures"))
    return try JSONDecoder().decode([ClosedFormCase].self, from: Data(contentsOf: url))
  }
}

@Suite struct ClosedFormFixtureTests {
  @Test(arguments: try ClosedFormCase.all.get())
  func levelsAgreeWithTheSource(_ expected: ClosedFormCase) throws {
    let rule = try #require(GridRules.named(expected.rule))
    let process = try expected.process.made
    var request = GridRequest(
      ProbabilityFlow(try twoModes(at: 1, variance: 0.1), process), segments: 10)
    request.end = expected.end
    request.parameters = expected.parameters
    let grid = try rule.grid(request)
    #expect(grid.times[0] == process.horizon && grid.end == expected.end)
    #expect(grid.rule == expected.rule && grid.segmentCount == 10)
    #expect(expected.levels.count == 9)
    for (time, level) in zip(grid.times.dropFirst(), expected.levels) {
      #expect(agrees(process.noiseLevel(time), level, relative: 1e-9), "\(time)")
    }
  }

  /// Every rule that needs nothing but the process has a fixture.
  @Test func everyClosedFormIsThere() throws {
    let fixtures = Set(try ClosedFormCase.all.get().map(\.rule))
    for rule in GridRules.all where rule.family == .closedForm {
      #expect(fixtures.contains(rule.name), "\(rule.name)")
    }
  }
}
