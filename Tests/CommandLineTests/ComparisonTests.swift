import FlowDistill
import Foundation
import Testing

@Suite struct ComparisonTests {
  private static let options = [
    "--rules", "uniform,information", "--segments", "2,4", "--samples", "300", "--no-oracle",
    "-o", "t.csv",
  ]

  private func table(_ folder: TemporaryFolder) throws -> [[String]] {
    let text = String(decoding: try folder.contents()["t.csv"] ?? Data(), as: UTF8.self)
    return text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// Files, folders and the suite in one table; seeds and threads as everywhere, but for times.
  @Test func tablesDependOnTheSeedAlone() throws {
    let folder = try Workplace.copy()
    let mixtures = folder.url.appending(path: "mixtures")
    try FileManager.default.createDirectory(at: mixtures, withIntermediateDirectories: true)
    for name in ["b.json", "a.json"] {
      try FileManager.default.copyItem(
        at: folder.url.appending(path: "m.json"), to: mixtures.appending(path: name))
    }
    func rows(_ more: String...) throws -> [[String]] {
      let result = try Executable.run(
        ["compare-grids", "mixtures", "suite:cantor-8"] + ComparisonTests.options + more,
        in: folder.url)
      #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
      let rows = try table(folder)
      let time = try #require(rows[0].firstIndex(of: "construction_seconds"))
      #expect(rows.dropFirst().allSatisfy { (Double($0[time]) ?? -1) >= 0 })
      return rows.map { row in row.indices.filter { $0 != time }.map { row[$0] } }
    }
    let first = try rows("--threads", "1")
    #expect(
      first.dropFirst().map { $0[0] }
        == ["a", "b", "cantor-8"].flatMap { Array(repeating: $0, count: 4) })
    #expect(try rows("--threads", "2") == first)
    #expect(try rows("--seed", "1") != first)
  }

  /// The end of the grids by time and by noise level: α = 0.8 at σ/α = 0.75.
  @Test func endsAreTimesOrLevels() throws {
    let folder = try Workplace.copy()
    func last(_ options: String...) throws -> Double {
      let result = try Executable.run(
        ["compare-grids", "m.json", "--json"] + ComparisonTests.options + options, in: folder.url)
      guard case .object(let object) = try JSON.parse(Array(result.output.utf8), path: "json"),
        case .number(let end) = object["end"]
      else {
        Issue.record("\(result.errors)")
        return .nan
      }
      return end
    }
    #expect(try last("--end", "0.25") == 0.25)
    #expect(abs(try last("--end-level", "0.75") - (-log(0.8) / 5)) < 1e-12)
    #expect(abs(try last("--end-level", "0.75", "--process", "ve") - 0.75) < 1e-12)
  }

  /// A parameter reaches the rules that have it, and no other.
  @Test func parametersReachTheirRules() throws {
    let folder = try Workplace.copy()
    func table(_ options: String...) throws -> [[Substring]] {
      let result = try Executable.run(
        [
          "compare-grids", "m.json", "--rules", "uniform,karras", "--segments", "4", "--samples",
          "100",
          "--no-oracle", "-o", "t.csv",
        ] + options, in: folder.url)
      #expect(result.status == 0, "\(result.errors)")
      return try String(contentsOf: folder.url.appending(path: "t.csv"), encoding: .utf8)
        .split(separator: "\n").dropFirst().map {
          Array($0.split(separator: ",", omittingEmptySubsequences: false).prefix(7))
        }
    }
    let (plain, other) = (try table(), try table("--parameter", "rho=2"))
    #expect(plain.count == 2 && other.count == 2)
    #expect(plain[0] == other[0] && plain[1] != other[1])
  }

  @Test func stoppedComparisonsLeaveNothing() throws {
    let folder = try Workplace.copy()
    let before = try folder.contents()
    let numbers = (1...2000).map(String.init).joined(separator: ",")
    let run = try Executable.start(
      [
        "compare-grids", "m.json", "--rules", "uniform", "--segments", numbers, "--samples",
        "1000", "--no-oracle", "-o", "t.csv", "--report", "r.html",
      ], in: folder.url)
    let start = Date()
    try #require(run.wait { Date().timeIntervalSince(start) > 0.5 })
    run.process.interrupt()
    let result = try run.finish()
    #expect(result.status == 130 && result.output.isEmpty)
    #expect(result.errors == "flowdistill: interrupted; nothing was written\n")
    #expect(try folder.contents() == before)
  }
}
