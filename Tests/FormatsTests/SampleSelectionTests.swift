import Arrays
import Formats
import Foundation
import Testing

@Suite struct SampleSelectionTests {
  private func file(_ text: String) throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "s-\(UUID()).csv").path
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  @Test func columnsAndUnits() throws {
    let path = try file("0,4,16,1\n8,16,12,2\n")
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try SampleSelection().read(path) == Samples.read(path))
    #expect(
      try SampleSelection(columns: 2...3).read(path)
        == Matrix(rows: 2, columns: 2, elements: [4, 16, 16, 12]))
    #expect(
      try SampleSelection(columns: 1...3, rescaled: 0...16).read(path)
        == Matrix(rows: 2, columns: 3, elements: [-1, -0.5, 1, 0, 1, 0.5]))
    #expect(throws: FormatError.self) { try SampleSelection(columns: 3...5).read(path) }
    #expect(throws: FormatError.self) { try SampleSelection(columns: 0...2).read(path) }
  }

  @Test func foldersAreListed() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "f-\(UUID())")
    defer { try? FileManager.default.removeItem(at: root) }
    for name in ["b", "a", ".hidden"] {
      try FileManager.default.createDirectory(
        at: root.appending(path: name), withIntermediateDirectories: true)
    }
    try Data().write(to: root.appending(path: "file"))
    #expect(try FileReader.folders(in: root.path) == ["a", "b"])
    #expect(throws: FormatError.notFound(path: root.path + "/no")) {
      try FileReader.folders(in: root.path + "/no")
    }
    #expect(throws: FormatError.self) { try FileReader.folders(in: root.path + "/file") }
  }
}
