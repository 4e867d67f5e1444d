import Distillation
import Formats
import Foundation
import TestSupport
import Testing

extension DistillationTests {
  @Suite struct DamageTests {
    /// Makes a run that stopped in its second segment and hands over its folder.
    private func withStoppedRun(_ body: (RunFolder) throws -> Void) throws {
      try withFolder { path in
        let folder = RunFolder(path)
        var now = 0
        let distiller = try Distiller(starting: PlanParts().plan(), in: folder)
        #expect(throws: DistillationError.interrupted(segment: 1, step: 5)) {
          try distiller.run(shouldStop: { now == 15 }, progress: { now = $0.totalStep })
        }
        try body(folder)
      }
    }

    /// Resumes and expects an error about this file, in one sentence.
    private func expectRefusal(
      _ folder: RunFolder, _ word: String, _ sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let error = #expect(throws: DistillationError.self, sourceLocation: sourceLocation) {
        try Distiller(resuming: folder).run()
      }
      guard case .file(.malformed(let path, _, _, _))? = error else {
        Issue.record("\(String(describing: error))", sourceLocation: sourceLocation)
        return
      }
      let text = error?.description ?? ""
      #expect(path == folder.file("checkpoint.safetensors"), sourceLocation: sourceLocation)
      #expect(
        text.contains(word) && !text.contains("\n"), "\(text)", sourceLocation: sourceLocation)
    }

    @Test func truncatedCheckpointsAreRefused() throws {
      try withStoppedRun { folder in
        let url = URL(filePath: folder.file("checkpoint.safetensors"))
        let whole = try Data(contentsOf: url)
        for count in [0, 1, 7, 8, 9, 100, 600, whole.count / 2, whole.count - 1] {
          try whole.prefix(count).write(to: url)
          expectRefusal(folder, "checkpoint.safetensors")
        }
        try (whole + [0]).write(to: url)
        expectRefusal(folder, "checkpoint.safetensors")
      }
    }

    @Test func flippedBytesNeverTrap() throws {
      try withStoppedRun { folder in
        let url = URL(filePath: folder.file("checkpoint.safetensors"))
        let whole = try Data(contentsOf: url)
        for place in stride(from: 0, to: 1200, by: 7) {
          var damaged = whole
          damaged[place] ^= 0x41
          try damaged.write(to: url)
          // A flipped bit of a name or number may still be a file; a trap would end the tests.
          do {
            try Distiller(resuming: folder).run(shouldStop: { true })
          } catch is DistillationError {}
        }
      }
    }

    @Test func foreignCheckpointsAreRefused() throws {
      try withStoppedRun { folder in
        let path = folder.file("checkpoint.safetensors")
        let good = try Safetensors.read(path)
        func write(_ change: (inout Safetensors) -> Void) throws {
          var file = good
          change(&file)
          try file.write(to: path)
        }
        for (key, value, word) in [
          ("step", "11", "step"), ("step", "-1", "step"), ("step", "x", "step"),
          ("segment", "", "segment"), ("scale", "nan", "student"), ("scale", "0", "student"),
          ("scale", "-1", "student"), ("parametrisation", "residual", "student"),
          ("activations", "requ,relu,identity", "student"), ("from", "0.5", "student"),
          ("to", "x", "student"), ("format", "flowdistill.student/2", "format"),
        ] {
          try write { $0.metadata[key] = value }
          expectRefusal(folder, word)
          try write { $0.metadata[key] = nil }
          expectRefusal(folder, word)
        }
        for (i, tensor) in good.tensors.enumerated() {
          try write { $0.tensors.remove(at: i) }
          expectRefusal(folder, tensor.name)
          guard case .float32(var values) = tensor.values else { continue }
          try write {
            $0.tensors[i] = .init(
              name: tensor.name, shape: [values.count, 1, 1], values: tensor.values)
          }
          expectRefusal(folder, tensor.name)
          values[values.count / 2] = .nan
          try write {
            $0.tensors[i] = .init(name: tensor.name, shape: tensor.shape, values: .float32(values))
          }
          expectRefusal(folder, tensor.name)
          try write {
            $0.tensors[i] = .init(
              name: tensor.name, shape: tensor.shape, values: .float64(values.map(Double.init)))
          }
          expectRefusal(folder, tensor.name)
        }
        try write { file in
          let i = file.tensors.firstIndex { $0.name == "optimiser.second" }!
          let count = file.tensors[i].values.count
          file.tensors[i] = .init(
            name: "optimiser.second", shape: [count],
            values: .float32(Array(repeating: -1, count: count)))
        }
        expectRefusal(folder, "optimiser.second")
      }
    }

    @Test func damagedStudentsAreRefused() throws {
      try withFolder { path in
        let folder = RunFolder(path)
        let plan = try PlanParts().plan()
        try Distiller(starting: plan, in: folder).run()
        let (first, second) = (
          folder.file("segments/00.safetensors"), folder.file("segments/01.safetensors")
        )
        let whole = try bytes(second)
        try whole.dropLast(3).write(to: URL(filePath: second))
        let error = #expect(throws: DistillationError.self) { try folder.students(plan) }
        #expect(error?.description.contains("01.safetensors") == true)
        // The student of another segment under this one's name.
        try bytes(first).write(to: URL(filePath: second))
        #expect(throws: DistillationError.self) { try folder.students(plan) }
        try FileManager.default.removeItem(atPath: second)
        #expect(throws: DistillationError.unfinished(path: path, segments: 1, of: 3)) {
          try folder.students(plan)
        }
      }
    }

    /// A kill between the two writes must not lose lines of the record, so it goes first.
    @Test func recordIsWrittenBeforeTheCheckpoint() throws {
      try withFolder { path in
        let folder = RunFolder(path)
        let distiller = try Distiller(
          starting: try PlanParts().plan(), in: folder, checkpointInterval: 5)
        try FileManager.default.createDirectory(
          atPath: folder.file("metrics.jsonl"), withIntermediateDirectories: false)
        let error = #expect(throws: DistillationError.self) { try distiller.run() }
        #expect(error?.description.contains("metrics.jsonl: cannot be written") == true)
        #expect(!FileManager.default.fileExists(atPath: folder.file("checkpoint.safetensors")))
      }
    }

    @Test func leftoversOfKillsAreRemoved() throws {
      try withStoppedRun { folder in
        // Numbers of processes end well below the largest Int32.
        let gone = [
          ".flowdistill-2147483647-abc.tmp", "segments/.flowdistill-2147483646-1.tmp",
        ]
        let kept = [
          ".flowdistill-\(ProcessInfo.processInfo.processIdentifier)-abc.tmp", "notes.tmp",
          ".flowdistill-x-1.tmp", ".flowdistill--1-1.tmp", ".flowdistill-2147483647-abc",
        ]
        for name in gone + kept { try Data().write(to: URL(filePath: folder.file(name))) }
        _ = try Distiller(resuming: folder)
        for name in gone { #expect(!FileManager.default.fileExists(atPath: folder.file(name))) }
        for name in kept { #expect(FileManager.default.fileExists(atPath: folder.file(name))) }
      }
    }

    /// The record of the loss is a convenience: damage costs lines, never the run.
    @Test func damagedMetricsCostOnlyLines() throws {
      try withStoppedRun { folder in
        try Data("{\"segment\": 0}\nnonsense\n".utf8)
          .write(to: URL(filePath: folder.file("metrics.jsonl")))
        try Distiller(resuming: folder).run()
        let lines = try bytes(folder.file("metrics.jsonl")).split(separator: 10)
        #expect(lines.count == 2)
        _ = try folder.students(folder.plan())
      }
    }
  }
}
