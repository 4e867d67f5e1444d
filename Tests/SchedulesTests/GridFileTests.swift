import Arrays
import Formats
import Foundation
import Mixtures
import ProbabilityFlow
import Schedules
import Stability
import TestSupport
import Testing

/// A file as another program sees it: its text, through Foundation's decoder.
private func parsed<T: Decodable>(_ json: JSON, as type: T.Type) throws -> T {
  try JSONDecoder().decode(type, from: Data(json.text().utf8))
}

private struct GridPart: Decodable {
  struct ProcessPart: Decodable { let type: String, beta, sigma_inf, horizon: Double }
  let format, rule, kind: String
  let times: [Double]
  let process: ProcessPart
}

@Test func gridsSurviveTheirFilesToTheLastBit() throws {
  for rule in GridRules.all {
    var request = GridRequest(try paperFlow(), segments: 7)
    request.samples = 16
    let grid = try rule.grid(request)
    let read = try TimeGrid(try JSONReader(grid.json, path: "grid.json"))
    #expect(read.times == grid.times && read.rule == grid.rule && read.kind == grid.kind)
    #expect(read.note == grid.note && read.process.name == "ou")
    let file = try parsed(grid.json, as: GridPart.self)
    #expect(file.format == "flowdistill.grid/1" && file.rule == rule.name)
    #expect(file.times == grid.times && file.kind == grid.kind.rawValue)
    #expect(file.process.type == "ou" && file.process.beta == 5)
    #expect(file.process.sigma_inf == 1 && file.process.horizon == 1)
  }
}

@Test(arguments: [
  [1.0], [0.9, 0], [1, 1, 0], [1, 0.2, 0.5, 0], [], [0, 1], [1, -0.1], [1, -0.1, 0],
])
func timesThatAreNoGridAreRefused(_ times: [Double]) throws {
  let sound = try UniformRule.grid(for: try paperFlow(), segments: 2).json
  guard case .object(var object) = sound else { return }
  object["times"] = .numbers(times)
  object["segments"] = .integer(max(0, times.count - 1))
  let reader = try JSONReader(.object(object), path: "grid.json")
  let error = #expect(throws: FormatError.self) { _ = try TimeGrid(reader) }
  #expect(error?.description.contains("times") == true)
}
