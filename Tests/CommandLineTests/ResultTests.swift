import FlowDistill
import Foundation
import Testing

@Suite struct ResultTests {
  @Test(arguments: commands.indices) func jsonIsAlone(index: Int) throws {
    let (name, arguments, keys) = commands[index]
    let folder = try Workplace.copy()
    let result = try Executable.run([name] + arguments + ["--json"], in: folder.url)
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
    // The strict parser takes one document and nothing after it.
    guard case .object(let object) = try JSON.parse(Array(result.output.utf8), path: name) else {
      Issue.record("\(name) printed no object")
      return
    }
    for key in keys { #expect(object[key] != nil, "\(name): \(key)") }
    #expect(try folder.contents().keys.allSatisfy { !$0.contains(".tmp") })
  }

  @Test func samplesGoThroughTheCommands() throws {
    let folder = try Workplace.copy()
    func run(_ arguments: String) throws {
      let result = try Executable.run(
        arguments.split(separator: " ").map(String.init), in: folder.url)
      #expect(result.status == 0 && result.errors.isEmpty, "\(arguments): \(result.errors)")
      #expect(!result.output.isEmpty)
    }
    func read(_ name: String) throws -> NPY.Array {
      try NPY.read(folder.url.appending(path: name).path)
    }
    try run("sample m.json --time 0.5 --count 40 --seed 3 -o a.npy")
    try run("transport m.json a.npy --from 0.5 --to 0.1 --tolerance 1e-10 -o b.npy")
    try run("transport m.json b.npy --from 0.1 --to 0.5 --tolerance 1e-10 -o c.npy")
    let (a, c) = (try read("a.npy").elements, try read("c.npy").elements)
    #expect(a.count == 80)
    #expect(zip(a, c).allSatisfy { abs($0 - $1) < 1e-7 })
    for (quantity, shape) in [
      ("score", [40, 2]), ("log-density", [40]), ("velocity-jacobian", [40, 2, 2]),
    ] {
      try run("evaluate-field m.json a.npy --time 0.5 --quantity \(quantity) -o q.npy")
      #expect(try read("q.npy").shape == shape)
    }
    try run("generate run --count 7 --start noise -o g.npy")
    #expect(try read("g.npy").shape == [7, 2])
    try run("grid m.json --segments 3 -o g.json")
    try run("distill m.json --grid g.json -o fresh --steps 3 --width 4 --batch 8")
    try run("evaluate fresh --samples 1")
  }

  /// The page holds the sweep's plots only if there was one.
  @Test(arguments: [(["--sweep"], 9), ([], 1), (["--sweep", "--absolute"], 3)])
  func constructionsAreDrawn(options: [String], drawings: Int) throws {
    let folder = try Workplace.copy()
    let result = try Executable.run(
      ["construct", "m.json", "--tolerance", "1e-3", "--samples", "20", "-o", "n.fdnet"]
        + ["--report", "r.html"] + options, in: folder.url)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(result.output.contains("r.html: "))
    let page = try String(contentsOf: folder.url.appending(path: "r.html"), encoding: .utf8)
    #expect(page.components(separatedBy: "<svg xmlns=").count - 1 == drawings)
    #expect(page.contains("A network for the score of m.json"))
  }

  /// Results are a function of the seed; threads change no byte.
  @Test func seedsAndThreads() throws {
    let folder = try Workplace.copy()
    func bytes(_ options: String...) throws -> Data {
      let result = try Executable.run(
        ["sample", "paper:3", "--time", "0.1", "--count", "500", "-o", "s.npy"] + options,
        in: folder.url)
      #expect(result.status == 0)
      return try Data(contentsOf: folder.url.appending(path: "s.npy"))
    }
    let first = try bytes("--seed", "5", "--threads", "1")
    #expect(try bytes("--seed", "5", "--threads", "2") == first)
    #expect(try bytes("--seed", "6") != first)
    #expect(try bytes() == bytes("--seed", "0"))
  }

  @Test func fullDiskIsNoSuccess() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let folder = try Workplace.copy()
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments = [
      "-c", "\"$0\" grid m.json --segments 3 > /dev/full 2> e", Executable.url.path,
    ]
    shell.currentDirectoryURL = folder.url
    try shell.run()
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 74)
    let said = String(decoding: try folder.contents()["e"] ?? Data(), as: UTF8.self)
    #expect(
      said.hasPrefix("flowdistill: standard output: ") && said.split(separator: "\n").count == 1)
  }
}
