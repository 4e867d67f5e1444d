import Distillation
import Experiments
import Formats
import Foundation
import TestSupport
import Testing

@Suite struct FolderTests {
  private static let plan = ReproductionPlan(.grids, steps: 32)
  private static let cells = plan.cells(seeds: [0, 1])

  /// A folder of the plan with made-up results of some cells: value i for cell i.
  private func folder(_ path: String, _ indices: [Int]) throws -> ExperimentFolder {
    let folder = ExperimentFolder(path)
    try folder.open(FolderTests.plan)
    for i in indices { try folder.put(made(FolderTests.cells[i].keys, [("nll", Double(i))])) }
    return folder
  }

  private func contents(_ path: String) throws -> [String: Data] {
    var result: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
      result[name] = (try? bytes("\(path)/\(name)")) ?? Data()
    }
    return result
  }

  @Test func aFolderIsOfOnePlan() throws {
    try withFolder { path in
      let path = path + "/a/b"
      let folder = ExperimentFolder(path + "/")
      #expect(!folder.hasPlan)
      try folder.open(FolderTests.plan)
      try folder.open(FolderTests.plan)
      #expect(try folder.hasPlan && folder.plan() == FolderTests.plan)
      let before = try contents(path)
      for other in [
        ReproductionPlan(.depth, steps: 32), ReproductionPlan(.grids, scale: .paper, steps: 32),
        ReproductionPlan(.grids, teacher: .published, steps: 32), ReproductionPlan(.grids),
        ReproductionPlan(.grids, steps: 33),
      ] {
        #expect(throws: ExperimentError.otherPlan(path: path + "/")) { try folder.open(other) }
      }
      #expect(try contents(path) == before)
      // A copy may lack empty folders.
      for name in ["cells", "results"] {
        try FileManager.default.removeItem(atPath: folder.file(name))
      }
      #expect(try folder.results().isEmpty)
      try folder.open(FolderTests.plan)
      #expect(try contents(path) == before)
    }
  }

  @Test func partsAreCollected() throws {
    try withFolder { path in
      let first = try folder(path + "/1", [0, 3, 4])
      let second = try folder(path + "/2", [1, 3])
      let empty = try folder(path + "/3", [])
      let whole = ExperimentFolder(path + "/whole")
      #expect(try whole.collect([first, empty, second]) == 4)
      #expect(try whole.plan() == FolderTests.plan)
      for i in [0, 1, 3, 4] {
        let source = i == 1 ? second : first
        let name = FolderTests.cells[i].name
        #expect(try bytes(whole.resultPath(name)) == bytes(source.resultPath(name)))
      }
      #expect(try whole.results().count == 4)
      let before = try contents(whole.path)
      // Once more, and into itself, adds nothing.
      #expect(try whole.collect([first, second]) == 0)
      #expect(try whole.collect([whole]) == 0)
      #expect(try whole.collect([]) == 0)
      #expect(try contents(whole.path) == before)
      #expect(try whole.collect([try folder(path + "/4", [5])]) == 1)
      // One process that ran them all wrote the same tables but for the times.
      let alone = try folder(path + "/alone", [0, 1, 3, 4, 5])
      _ = (try whole.writeTables(FolderTests.plan), try alone.writeTables(FolderTests.plan))
      #expect(try contents(whole.path) == contents(alone.path))
    }
  }

  /// What cannot be collected leaves the folder as it was, or not there.
  @Test func conflictsAndOtherPlansAreRefused() throws {
    try withFolder { path in
      let first = try folder(path + "/1", [0, 1])
      let second = try folder(path + "/2", [1, 2])
      let name = FolderTests.cells[1].name
      try second.put(made(FolderTests.cells[1].keys, [("nll", 99)]))
      let other = ExperimentFolder(path + "/other")
      try other.open(ReproductionPlan(.grids, steps: 33))
      let new = ExperimentFolder(path + "/new")
      let conflict = ExperimentError.conflict(cell: name, path: second.path)
      #expect(throws: conflict) { try new.collect([first, second]) }
      #expect(throws: ExperimentError.otherPlan(path: other.path)) {
        try new.collect([first, other])
      }
      expectRefusal(naming: "missing/experiment.json") {
        try new.collect([first, ExperimentFolder(path + "/missing")])
      }
      #expect(!FileManager.default.fileExists(atPath: new.path))
      let before = try contents(first.path)
      #expect(throws: conflict) { try first.collect([second]) }
      #expect(throws: ExperimentError.otherPlan(path: first.path)) { try first.collect([other]) }
      #expect(try contents(first.path) == before)
      // Times alone are no conflict; what is there stays.
      try second.put(made(FolderTests.cells[1].keys, [("nll", 1)], seconds: 50))
      #expect(try first.collect([second]) == 1)
      #expect(try first.result(FolderTests.cells[1])?.seconds == 1)
    }
  }
}
