import Foundation
import Testing

/// What a run of the executable left.
struct Outcome {
  let status: Int32
  let output: String
  let errors: String
}

/// The built `flowdistill`, run as its users run it.
enum Executable {
  /// It lies beside the tests.
  static let url: URL = {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
    let tests = bundle ?? URL(filePath: CommandLine.arguments[0])
    return tests.deletingLastPathComponent().appending(path: "flowdistill")
  }()

  /// Runs the executable in a folder to its end.
  static func run(_ arguments: [String], in folder: URL) throws -> Outcome {
    try start(arguments, in: folder).finish()
  }

  /// Starts the executable in a folder.
  static func start(_ arguments: [String], in folder: URL) throws -> RunningProcess {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment
      .merging(["COLUMNS": "100", "TERM": "dumb"]) { $1 }
    process.standardInput = FileHandle.nullDevice
    return try RunningProcess(process)
  }
}

/// A process on its way, its output collected in files: a pipe would fill and block it.
struct RunningProcess {
  let process: Process
  private let folder: TemporaryFolder

  fileprivate init(_ process: Process) throws {
    self.process = process
    folder = try TemporaryFolder()
    for name in ["output", "errors"] {
      try Data().write(to: folder.url.appending(path: name))
    }
    process.standardOutput = try FileHandle(
      forWritingTo: folder.url.appending(path: "output"))
    process.standardError = try FileHandle(forWritingTo: folder.url.appending(path: "errors"))
    try process.run()
  }

  /// Waits for the end; a process ended by signal s has the status 128 + s, as in a shell.
  func finish() throws -> Outcome {
    process.waitUntilExit()
    let signal: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: folder.url.appending(path: name)), as: UTF8.self)
    }
    return Outcome(
      status: process.terminationStatus + signal, output: try text("output"),
      errors: try text("errors"))
  }

  /// Waits until a condition holds; returns whether the process still runs then.
  func wait(until condition: () -> Bool) -> Bool {
    while process.isRunning && !condition() { Thread.sleep(forTimeInterval: 0.002) }
    return process.isRunning
  }
}

/// A folder that goes away with its last reference.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appending(path: "flowdistill-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  /// A copy of a folder.
  init(copying original: URL) throws {
    url = FileManager.default.temporaryDirectory
      .appending(path: "flowdistill-tests-\(UUID().uuidString)")
    try FileManager.default.copyItem(at: original, to: url)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Every file below the folder with its content.
  func contents() throws -> [String: Data] {
    var result: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: url.path) {
      result[name] = (try? Data(contentsOf: url.appending(path: name))) ?? Data()
    }
    return result
  }
}
