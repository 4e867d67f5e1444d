import Foundation
import Testing

@Suite struct MalformedInputTests {
  /// One line on standard error, the right status, nothing on standard output and nothing changed
  /// on disk.
  @Test(arguments: MalformedInput.all) func isRefused(input: MalformedInput) throws {
    let folder = try Workplace.copy()
    let before = try folder.contents()
    for arguments in [input.arguments, input.arguments + ["--json"]] {
      let result = try Executable.run(arguments, in: folder.url)
      #expect(result.status == input.status, "\(result.errors)")
      #expect(result.output.isEmpty)
      #expect(result.errors.hasPrefix("flowdistill: "))
      #expect(result.errors.hasSuffix("\n") && result.errors.filter(\.isNewline).count == 1)
      #expect(result.errors.contains(input.word), "\(result.errors)")
      #expect(result.errors.count < 400, "\(result.errors)")
    }
    #expect(try folder.contents() == before)
  }
}
