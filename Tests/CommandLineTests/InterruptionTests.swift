import Foundation
import Testing

/// Stops that users and machines make, on a run of a second or two.
@Suite(.serialized) struct InterruptionTests {
  static let training = [
    "distill", "m.json", "--grid", "grid.json", "--recipe", "residual", "--width", "16", "--depth",
    "2", "--batch", "64", "--steps", "2400", "--checkpoint-every", "50", "-o", "long",
  ]
  static let resuming = ["distill", "--resume", "--checkpoint-every", "50", "-o", "long"]

  /// The uninterrupted run.
  static let whole = Result {
    let folder = try Workplace.copy()
    let result = try Executable.run(training + ["--threads", "1"], in: folder.url)
    try #require(result.status == 0, "\(result.errors)")
    return try students(folder)
  }

  /// The results: students and the record of the loss.
  private static func students(_ folder: TemporaryFolder) throws -> [String: Data] {
    try folder.contents().filter {
      $0.key.hasPrefix("long/segments/") || $0.key == "long/metrics.jsonl"
    }
  }

  private func expectSameResult(_ folder: TemporaryFolder) throws {
    let (whole, these) = (try InterruptionTests.whole.get(), try InterruptionTests.students(folder))
    #expect(these.keys.sorted() == whole.keys.sorted())
    #expect(whole.keys.sorted().filter { these[$0] != whole[$0] } == [])
  }

  private static func hasFile(_ name: String, _ folder: TemporaryFolder) -> Bool {
    FileManager.default.fileExists(atPath: folder.url.appending(path: "long/" + name).path)
  }

  @Test func interruptedRunsGoOn() throws {
    let folder = try Workplace.copy()
    var first = try Executable.start(InterruptionTests.training, in: folder.url)
    for file in ["checkpoint.safetensors", "segments/00.safetensors"] {
      try #require(first.wait { InterruptionTests.hasFile(file, folder) })
      first.process.interrupt()
      let result = try first.finish()
      #expect(result.status == 130)
      #expect(result.output.isEmpty)
      #expect(result.errors.hasPrefix("flowdistill: interrupted in segment "))
      #expect(result.errors.filter(\.isNewline).count == 1)
      #expect(result.errors.contains("--resume"))
      first = try Executable.start(InterruptionTests.resuming, in: folder.url)
    }
    #expect(try first.finish().status == 0)
    try expectSameResult(folder)
    #expect(try folder.contents().keys.allSatisfy { !$0.contains(".tmp") })
  }

  /// An experiment goes on by the same command, within a cell and from cell to cell.
  @Test func interruptedExperimentsGoOn() throws {
    let folder = try Workplace.copy()
    let command = [
      "reproduce", "score", "--steps", "700", "--only", "width=64", "--only", "t=0.5,0.9",
      "--checkpoint-every", "20", "-o",
    ]
    let whole = try Executable.run(command + ["whole"], in: folder.url)
    #expect(whole.status == 0 && whole.errors.isEmpty)
    let names = ["0.5", "0.9"].map { "sigma0-0.1_width-64_t-\($0)_seed-0" }
    let moments = names.map { "cells/\($0)/checkpoint.safetensors" } + ["end"]
    for (i, moment) in moments.enumerated() {
      let run = try Executable.start(command + ["long"], in: folder.url)
      guard moment != "end" else {
        #expect(try run.finish().status == 0)
        break
      }
      try #require(run.wait { InterruptionTests.hasFile(moment, folder) })
      if i == 0 { run.process.interrupt() } else { run.process.terminate() }
      let result = try run.finish()
      #expect(result.status == 130 && result.output.isEmpty)
      #expect(result.errors.hasPrefix("flowdistill: interrupted in \(names[i]), segment 1 after"))
      #expect(result.errors.hasSuffix("; the same command goes on\n"))
      #expect(result.errors.filter(\.isNewline).count == 1)
    }
    #expect(
      try ReproduceCommandTests.untimed(folder, "long")
        == ReproduceCommandTests.untimed(folder, "whole"))
    #expect(try folder.contents().keys.allSatisfy { !$0.contains(".tmp") })
    let again = try Executable.run(command + ["long", "--json"], in: folder.url)
    #expect(again.status == 0)
    #expect(again.output.contains(/"computed": *0/))
  }

  @Test func killedRunsGoOn() throws {
    let folder = try Workplace.copy()
    var killed = 0
    for attempt in 0..<5 {
      let run = try Executable.start(
        attempt == 0 ? InterruptionTests.training : InterruptionTests.resuming, in: folder.url)
      // A plan must be there to go on from; after that any moment is as good as another.
      guard run.wait(until: { InterruptionTests.hasFile("plan.json", folder) }) else { break }
      Thread.sleep(forTimeInterval: .random(in: 0...0.4))
      if run.process.isRunning {
        kill(run.process.processIdentifier, SIGKILL)
        killed += 1
      }
      #expect([0, 137].contains(try run.finish().status))
    }
    #expect(killed > 0)
    let last = try Executable.run(InterruptionTests.resuming, in: folder.url)
    #expect(last.status == 0, "\(last.errors)")
    try expectSameResult(folder)
    // Leftovers of killed writes are swept up by whoever goes on.
    #expect(try folder.contents().keys.allSatisfy { !$0.contains(".tmp") })
  }
}
