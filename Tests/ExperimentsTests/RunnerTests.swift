import Distillation
import Experiments
import Foundation
import Stability
import TestSupport
import Testing

@Suite struct RunnerTests {
  private static let plan = ReproductionPlan(.grids)

  /// What a cell leaves: result without its time, networks, record of the loss.
  private func files(_ folder: ExperimentFolder, _ cell: Cell) throws -> [String: Data] {
    let run = folder.run(cell)
    var files: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: run.file("segments"))
      .map({ "segments/" + $0 }) + ["plan.json", "metrics.jsonl"]
    {
      files[name] = try bytes(run.file(name))
    }
    let text = String(decoding: try bytes(folder.resultPath(cell.name)), as: UTF8.self)
    let untimed = text.replacing(/"seconds": *[0-9.e+-]+/, with: "")
    #expect(untimed != text)
    files["result"] = Data(untimed.utf8)
    return files
  }

  private func withOpenFolder(_ body: (ExperimentFolder) throws -> Void) throws {
    try withFolder { path in
      let folder = ExperimentFolder(path)
      try folder.open(RunnerTests.plan)
      try body(folder)
    }
  }

  private func whole(_ cell: Cell) throws -> [String: Data] {
    try withFolder { path in
      let folder = ExperimentFolder(path)
      try folder.open(RunnerTests.plan)
      _ = try CellRunner(folder, checkpointInterval: 1000).run(cell)
      return try files(folder, cell)
    }
  }

  /// Stopped again and again, at the ends of segments too: the bytes are those of one run.
  @Test(arguments: TinyCell.all) func stoppedCellsGoOn(tiny: TinyCell) throws {
    let cell = try tiny.cell()
    let expected = try whole(cell)
    for interval in [4, 1000] {
      try withOpenFolder { folder in
        let runner = CellRunner(folder, checkpointInterval: interval)
        for stop in [1, 9, 10, 11, 15, 29, 30] {
          var now = 0
          let error = #expect(throws: ExperimentError.self) {
            try runner.run(
              cell, shouldStop: { now >= stop }, progress: { now = $0.totalStep })
          }
          guard case .cell(cell.name, .interrupted)? = error else {
            Issue.record("\(String(describing: error))")
            return
          }
          #expect(now == stop && error?.description.contains("the same command goes on") == true)
          #expect(try folder.result(cell) == nil)
        }
        let result = try runner.run(cell)
        #expect(result.steps == 30 && result.parameters > 0 && result.keys == cell.keys)
        #expect(try files(folder, cell) == expected)
      }
    }
  }

  /// What a kill leaves behind is the folder as it stands: copied here and there and gone on with.
  @Test(arguments: TinyCell.all) func killedCellsGoOn(tiny: TinyCell) throws {
    let cell = try tiny.cell()
    try withFolder { path in
      let folder = ExperimentFolder(path + "/whole")
      try folder.open(RunnerTests.plan)
      var copies: [ExperimentFolder] = []
      _ = try CellRunner(folder, checkpointInterval: 4).run(
        cell,
        progress: { now in
          guard now.totalStep % 3 == 1 else { return }
          copies.append(ExperimentFolder("\(path)/copy-\(now.totalStep)"))
          try? FileManager.default.copyItem(
            atPath: folder.path, toPath: copies[copies.count - 1].path)
        })
      #expect(copies.count == 10)
      for copy in copies {
        _ = try CellRunner(copy).run(cell)
        #expect(try files(copy, cell) == files(folder, cell), "\(copy.path)")
      }
    }
  }

  @Test func finishedCellsAreNeverComputedAgain() throws {
    try withOpenFolder { folder in
      let cell = try TinyCell.all[0].cell()
      let first = try CellRunner(folder).run(cell)
      let before = try bytes(folder.resultPath(cell.name))
      // Not even from the networks that it had.
      try FileManager.default.removeItem(atPath: folder.run(cell).path)
      let again = try CellRunner(folder).run(
        cell, shouldStop: { true }, progress: { _ in Issue.record("a step was taken") })
      #expect(again == first)
      #expect(try bytes(folder.resultPath(cell.name)) == before)
      #expect(!FileManager.default.fileExists(atPath: folder.run(cell).path))
    }
  }

  /// A trained cell whose result is lost is measured again, not trained.
  @Test(arguments: TinyCell.all) func trainedCellsAreOnlyMeasured(tiny: TinyCell) throws {
    try withOpenFolder { folder in
      let cell = try tiny.cell()
      _ = try CellRunner(folder).run(cell)
      let before = try files(folder, cell)
      try FileManager.default.removeItem(atPath: folder.resultPath(cell.name))
      _ = try CellRunner(folder).run(
        cell, shouldStop: { true }, progress: { _ in Issue.record("a step was taken") })
      #expect(try files(folder, cell) == before)
    }
  }

  @Test func everyKindIsMeasured() throws {
    let flowMap = ["relative_mse", "nll", "teacher_nll", "energy_distance", "worst_segment"]
    for tiny in TinyCell.all {
      try withOpenFolder { folder in
        let result = try CellRunner(folder).run(tiny.cell())
        let names = result.measurements.map(\.name)
        switch tiny.name {
        case "score": #expect(names == ["relative_mse"])
        case "published":
          #expect(names.contains("relative_mse_published_teacher"))
          #expect(names.filter { $0.hasPrefix("lipschitz") } == ["lipschitz", "lipschitz_local"])
        default: #expect(names == flowMap, "\(tiny.name)")
        }
        for measurement in result.measurements {
          let isCertificate = measurement.name.hasPrefix("lipschitz")
          #expect(measurement.kind == (isCertificate ? .certificate : .estimate))
          #expect((measurement.estimate.standardError == 0) == isCertificate)
          #expect(measurement.estimate.value.isFinite)
        }
        let (wide, time) = (2 * 8 + 8 + 8 * 8 + 8 + 8 * 2 + 2, 6 * 8)
        switch tiny.name {
        case "separate", "own": #expect(result.parameters == 3 * wide)
        case "shared": #expect(result.parameters == wide + time)
        case "score", "published": #expect(result.parameters == wide)
        default: #expect(result.parameters > wide)
        }
      }
    }
  }

  @Test func runsOfOtherCellsAreRefused() throws {
    try withOpenFolder { folder in
      let cell = try TinyCell.all[0].cell()
      _ = try CellRunner(folder).run(cell)
      try FileManager.default.removeItem(atPath: folder.resultPath(cell.name))
      let other = Cell(keys: cell.keys, plan: try TinyCell.all[1].cell().plan, samples: 64)
      expectRefusal(naming: "another recipe") { try CellRunner(folder).run(other) }
      expectRefusal(naming: cell.name) { try CellRunner(folder).run(other) }
    }
  }
}
