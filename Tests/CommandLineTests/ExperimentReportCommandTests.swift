import Experiments
import Formats
import Foundation
import Testing

@Suite struct ExperimentReportCommandTests {
  private func place() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let path = folder.url.appending(path: "all").path
    try AtomicFile.makeFolder(path)
    for experiment in [Experiment.grids, .score] {
      try ExperimentFolder("\(path)/\(experiment.rawValue)").open(ReproductionPlan(experiment))
    }
    return folder
  }

  @Test func aFolderOfExperimentsIsOnePage() throws {
    let folder = try place()
    for (input, count) in [("all", 2), ("all/score", 1)] {
      let result = try Executable.run(
        ["report", input, "-o", "new.html", "--title", "Again", "--json"], in: folder.url)
      #expect(result.status == 0 && result.output.contains("\"experiments\": \(count)"))
      let page = try String(contentsOf: folder.url.appending(path: "new.html"), encoding: .utf8)
      #expect(page.contains("<h1>Again</h1>"))
      #expect(page.components(separatedBy: "<h2>Experiment ").count == count + 1)
    }
  }

  @Test(arguments: [
    ["--data", "x.npy"], ["--columns", "1:2"], ["--image-size", "8x8"], ["--measure", "200"],
  ])
  func whatGoesWithRunsIsRefused(options: [String]) throws {
    let folder = try place()
    let result = try Executable.run(
      ["report", "all", "-o", "new.html"] + options, in: folder.url)
    #expect(result.status == 64 && result.output.isEmpty)
    #expect(result.errors.contains("\(options[0])") && result.errors.contains("with runs"))
    #expect(try !folder.contents().keys.contains("new.html"))
  }
}
