import FlowDistill
import Foundation
import Testing

@Suite struct GridCommandTests {
  private static func run(_ arguments: String, in folder: TemporaryFolder) throws -> Outcome {
    let result = try Executable.run(
      ["grid"] + arguments.split(separator: " ").map(String.init), in: folder.url)
    #expect(result.status == 0, "\(arguments): \(result.errors)")
    return result
  }

  /// With --export the grid is alone on standard output, and standard error says what it is.
  @Test func exportsPrintThemselvesAlone() throws {
    let folder = try Workplace.copy()
    for export in GridExports.all {
      let arguments =
        "m.json --rule simple --process vp-scaled-linear --segments 4 --export \(export.name)"
      let result = try GridCommandTests.run(arguments + " -o new.txt", in: folder)
      let file = try Data(contentsOf: folder.url.appending(path: "new.txt"))
      #expect(result.output == String(decoding: file, as: UTF8.self))
      #expect(result.errors.hasPrefix("note: "), "\(export.name)")
      let json = try GridCommandTests.run(arguments + " --json", in: folder)
      guard
        case .object(let object) = try JSON.parse(Array(json.output.utf8), path: "grid"),
        case .object(let part)? = object["export"], case .string(let text)? = part["text"]
      else {
        Issue.record("\(export.name): \(json.output)")
        continue
      }
      #expect(text + "\n" == result.output && json.errors.isEmpty)
      #expect(part["convention"] != nil && part["warnings"] != nil && part["format"] != nil)
    }
  }

  @Test func listsNameEverything() throws {
    let folder = try TemporaryFolder()
    let rules = try GridCommandTests.run("--rule list", in: folder).output
    for rule in GridRules.all {
      #expect(rules.contains("\n  \(rule.name) "), "\(rule.name)")
      for parameter in rule.parameters { #expect(rules.contains("\(parameter.name)=")) }
    }
    #expect(rules.hasPrefix("closed form:\n"))
    let exports = try GridCommandTests.run("--export list", in: folder).output
    for export in GridExports.all { #expect(exports.contains("\(export.name) ")) }
    let samplers = try GridCommandTests.run("--sampler list", in: folder).output
    for sampler in FewStepSamplers.all { #expect(samplers.contains("\(sampler.name) ")) }
    for list in ["--rule", "--export", "--sampler"] {
      let json = try GridCommandTests.run("\(list) list --json", in: folder).output
      guard case .array(let entries) = try JSON.parse(Array(json.utf8), path: "list") else {
        Issue.record("\(list)")
        continue
      }
      #expect(!entries.isEmpty)
    }
  }

  /// Data are fitted, and the numbers of components that were tried are told.
  @Test func gridsForData() throws {
    let folder = try Workplace.copy()
    let base = "x-many.csv --segments 4 --rule arctan --process ve"
    let auto = try GridCommandTests.run(base + " --covariance diag --json", in: folder)
    #expect(auto.errors.contains("BIC") && auto.errors.contains("the grid is for"))
    let one = try GridCommandTests.run(
      base + " --components 1 --covariance full --json", in: folder)
    // One Gaussian has the data's own mean and covariance, so arctan's c is that of the data.
    let points = (0..<40).map { (Double($0 % 7), Double(($0 * $0) % 11)) }
    func variance(_ x: [Double]) -> Double {
      let mean = x.reduce(0, +) / 40
      return x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 40
    }
    let c = ((variance(points.map(\.0)) + variance(points.map(\.1))) / 2).squareRoot()
    let direct = try GridCommandTests.run(
      "m.json --segments 4 --rule arctan --process ve --parameter c=\(c) --json", in: folder)
    func times(_ result: Outcome) throws -> [Double] {
      let json = try JSON.parse(Array(result.output.utf8), path: "grid")
      return try TimeGrid(try JSONReader(json, path: "grid")).times
    }
    #expect(zip(try times(one), try times(direct)).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(try times(auto).count == 5)
  }

  @Test func endsAndParametersArrive() throws {
    let folder = try Workplace.copy()
    let result = try GridCommandTests.run(
      "m.json --segments 3 --rule karras --parameter rho=1 --process ve --horizon 10 --end-level 1"
        + " --export csv", in: folder)
    #expect(
      result.output == "t,noise_level,alpha,sigma\n10.0,10.0,1.0,10.0\n7.0,7.0,1.0,7.0\n"
        + "4.0,4.0,1.0,4.0\n1.0,1.0,1.0,1.0\n")
    let profile = try GridCommandTests.run("--profile p.csv --segments 2 --end 0.5", in: folder)
    #expect(profile.output.contains("rule profile, 2 segments (estimate)"))
    #expect(profile.output.contains("noise level") && !profile.output.contains("certified"))
  }
}
