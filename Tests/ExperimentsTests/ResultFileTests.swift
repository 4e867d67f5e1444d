import Experiments
import Formats
import Foundation
import Stability
import TestSupport
import Testing

@Suite struct ResultFileTests {
  private static let result = CellResult(
    keys: [CellKey("sigma0", "0.0001"), CellKey("B", "0.25"), CellKey("seed", "4294967295")],
    measurements: [
      CellMeasurement("relative_mse", Estimate(value: 0.1 + 0.2, standardError: 1e-300)),
      CellMeasurement("nll", Estimate(value: -1 / 3, standardError: .infinity)),
      CellMeasurement(
        "worst_segment", Estimate(value: .infinity, standardError: .leastNonzeroMagnitude)),
      CellMeasurement("lipschitz", Estimate(value: 1e300, standardError: 0), kind: .certificate),
    ], steps: 20_000, parameters: 1_000_003, seconds: 0.125)

  @Test func resultsSurviveTheirFile() throws {
    try withFolder { path in
      let file = path + "/r.json"
      try ResultFileTests.result.json.write(to: file)
      let read = try CellResult(contentsOf: file)
      #expect(read == ResultFileTests.result)
      try read.json.write(to: path + "/again.json")
      #expect(try bytes(path + "/again.json") == bytes(file))
      #expect(read.measured("nll")?.value == -1 / 3 && read.measured("mass") == nil)
      #expect(read["B"] == "0.25" && read["width"] == nil)
    }
  }

  @Test func timeIsNoPartOfAResult() {
    let a = made([CellKey("seed", "0")], [("nll", 1)], seconds: 1)
    #expect(a.agrees(with: made([CellKey("seed", "0")], [("nll", 1)], seconds: 2)))
    #expect(!a.agrees(with: made([CellKey("seed", "1")], [("nll", 1)])))
    #expect(!a.agrees(with: made([CellKey("seed", "0")], [("nll", 1 + .ulpOfOne)])))
    #expect(!a.agrees(with: made([CellKey("seed", "0")], [])))
  }

  private static let keys = [
    "format", "keys", "measurements", "steps", "parameters", "seconds",
  ]

  /// Whoever reads a damaged result learns which file it is, and nothing traps.
  @Test func damagedResultsAreNamed() throws {
    try withFolder { path in
      let folder = ExperimentFolder(path)
      let plan = ReproductionPlan(.oneStep)
      try folder.open(plan)
      let cell = plan.cells()[0]
      let good = made(cell.keys, [("relative_mse", 0.5), ("nll", 1)]).json
      let file = folder.resultPath(cell.name)
      func expectDamage(_ word: String) {
        for word in [word, cell.name + ".json"] {
          expectRefusal(naming: word) { try folder.result(cell) }
          expectRefusal(naming: word) { try folder.results() }
          expectRefusal(naming: word) { try folder.writeTables(plan) }
          expectRefusal(naming: word) { try ExperimentFolder(path + "/new").collect([folder]) }
        }
        #expect(!FileManager.default.fileExists(atPath: path + "/new"))
      }
      guard case .object(let object) = good else { return }
      for key in ResultFileTests.keys {
        var damaged = object
        damaged[key] = nil
        try JSON.object(damaged).write(to: file)
        expectDamage("'\(key)'")
      }
      let wrong: [(String, JSON, String)] = [
        ("format", "flowdistill.cell/2", "cell/1"), ("seed", 1, "'seed'"), ("keys", [], "keys"),
        ("keys", ["seed": 0], "seed"), ("measurements", ["a"], "measurements"),
        ("steps", 1.5, "steps"),
        (
          "measurements", [["name": "a", "value": 1, "standard_error": 0, "kind": "guess"]], "guess"
        ),
        ("measurements", [["name": "a", "value": 1, "kind": "estimate"]], "'standard_error'"),
        ("parameters", "many", "parameters"), ("seconds", .null, "seconds"),
      ]
      for (key, value, word) in wrong {
        var damaged = object
        damaged[key] = value
        try JSON.object(damaged).write(to: file)
        expectDamage(word)
      }
      try good.write(to: file)
      let whole = String(decoding: try bytes(file), as: UTF8.self)
      for count in [0, 1, 20, whole.count / 2, whole.count - 3] {
        try write(whole.prefix(count), to: file)
        expectDamage(cell.name)
      }
      try good.write(to: file)
      #expect(try folder.results().count == 1)
    }
  }

  /// A result under another cell's name is that of neither.
  @Test func foreignResultsAreNamed() throws {
    try withFolder { path in
      let folder = ExperimentFolder(path)
      let plan = ReproductionPlan(.oneStep)
      try folder.open(plan)
      let cells = plan.cells()
      let file = folder.resultPath(cells[0].name)
      for keys in [cells[1].keys, [CellKey("x", "/../../y")], []] {
        try made(keys, [("nll", 1)]).json.write(to: file)
        for word in ["another cell", cells[0].name + ".json"] {
          expectRefusal(naming: word) { try folder.result(cells[0]) }
          expectRefusal(naming: word) { try folder.results() }
          expectRefusal(naming: word) { try ExperimentFolder(path + "/new").collect([folder]) }
        }
      }
      #expect(try folder.result(cells[1]) == nil)
    }
  }
}
