import FlowDistill
import Foundation
import Testing

@Suite struct ReproduceCommandTests {
  private static let base = ["reproduce", "score", "--steps", "3", "--only", "width=64"]
  /// Three cells: t = 0.1, 0.5, 0.9.
  private static let name = "sigma0-0.1_width-64_t-0.5_seed-0"

  private func run(_ arguments: [String], _ folder: TemporaryFolder) throws -> JSONObject {
    let result = try Executable.run(arguments + ["--json"], in: folder.url)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    guard case .object(let object) = try JSON.parse(Array(result.output.utf8), path: "json") else {
      Issue.record("no object")
      return JSONObject([])
    }
    return object
  }

  /// Everything but what holds times: `seconds` of the results and of the table of runs.
  static func untimed(_ folder: TemporaryFolder, _ path: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for (name, data) in try folder.contents() where name.hasPrefix(path + "/") {
      let short = String(name.dropFirst(path.count))
      guard !short.hasPrefix("/cells") || short.contains("/segments/"), short != "/runs.csv" else {
        continue
      }
      let text = String(decoding: data, as: UTF8.self)
      files[short] =
        short.hasPrefix("/results/")
        ? Data(text.replacing(/"seconds": *[0-9.e+-]+/, with: "").utf8) : data
    }
    return files
  }

  @Test func partsGiveTheSameAsOneProcess() throws {
    let folder = try Workplace.copy()
    let whole = try run(ReproduceCommandTests.base + ["-o", "whole", "--threads", "1"], folder)
    #expect(whole["computed"] == 3 && whole["cells"] == 3 && whole["kind"] == "estimate")
    // Folders of their own, and one folder for all.
    for i in 1...3 {
      for output in ["part\(i)", "together"] {
        let part = ReproduceCommandTests.base + ["--shard", "\(i)/3", "--threads", "2"]
        #expect(try run(part + ["-o", output], folder)["computed"] == 1)
      }
    }
    let collected = try run(
      ["reproduce", "collect", "part1", "part2", "part3", "-o", "new"], folder)
    #expect(collected["computed"] == 3 && collected["cells"] == 3)
    let expected = try ReproduceCommandTests.untimed(folder, "whole")
    #expect(expected.keys.contains("/results/\(ReproduceCommandTests.name).json"))
    #expect(expected.keys.contains("/score_width.csv"))
    #expect(try ReproduceCommandTests.untimed(folder, "together") == expected)
    let new = try ReproduceCommandTests.untimed(folder, "new")
    #expect(new == expected.filter { !$0.key.hasPrefix("/cells/") || $0.value.isEmpty })
    // More parts than cells: nothing to do is no error.
    let none = ReproduceCommandTests.base + ["--shard", "9/9", "-o", "together"]
    #expect(try run(none, folder)["computed"] == 0)
  }

  @Test func finishedCellsAreKept() throws {
    let folder = try Workplace.copy()
    let command = ReproduceCommandTests.base + ["-o", "new"]
    #expect(try run(command, folder)["computed"] == 3)
    let before = try folder.contents()
    #expect(try run(command, folder)["computed"] == 0)
    #expect(try folder.contents() == before)
    let listed = try Executable.run(command + ["--list"], in: folder.url)
    #expect(
      listed.output.split(separator: "\n").filter { $0.hasPrefix("finished  ") }.count == 3)
    // A lost result alone is computed again, and is the same.
    let files = try ReproduceCommandTests.untimed(folder, "new")
    try FileManager.default.removeItem(
      at: folder.url.appending(path: "new/results/\(ReproduceCommandTests.name).json"))
    let missing = try Executable.run(command + ["--list"], in: folder.url)
    #expect(missing.output.contains("missing   \(ReproduceCommandTests.name)\n"))
    #expect(try run(command, folder)["computed"] == 1)
    #expect(try ReproduceCommandTests.untimed(folder, "new") == files)
  }

  @Test func listsRunNothing() throws {
    let folder = try TemporaryFolder()
    let list = try run(["reproduce", "grids", "--list", "-o", "new"], folder)
    guard case .array(let cells)? = list["cells"] else { return }
    #expect(cells.count == 3 * 2 + 4 + 3)
    #expect(try folder.contents().isEmpty)
  }
}
