import Foundation
import Testing

@Suite struct HelpTests {
  /// The help texts are part of the interface; UPDATE_SNAPSHOTS=1 writes them anew.
  @Test(arguments: commands.map(\.name)) func helpIsKnown(command: String) throws {
    let folder = try TemporaryFolder()
    let help = try Executable.run([command, "--help"], in: folder.url)
    #expect(help.status == 0)
    #expect(help.errors.isEmpty)
    #expect(help.output.contains("Example:\n"))
    #expect(help.output.contains("flowdistill \(command) "))
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/help-\(command).txt")
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
      try Data(help.output.utf8).write(to: file)
    }
    let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    #expect(help.output == expected)
    #expect(try folder.contents().isEmpty)
  }

  @Test func theProgramListsItsCommands() throws {
    let folder = try TemporaryFolder()
    for arguments in [[], ["--help"], ["help"]] {
      let help = try Executable.run(arguments, in: folder.url)
      #expect(help.status == 0 && help.errors.isEmpty)
      for command in commands { #expect(help.output.contains("\n  \(command.name) ")) }
      #expect(help.output.contains("Example:\n"))
    }
    let version = try Executable.run(["--version"], in: folder.url)
    #expect(version.status == 0)
    #expect(version.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func completionsAreMade(shell: String) throws {
    let folder = try TemporaryFolder()
    let script = try Executable.run(["--generate-completion-script", shell], in: folder.url)
    #expect(script.status == 0 && script.errors.isEmpty)
    for command in commands { #expect(script.output.contains(command.name)) }
  }
}
