import Arrays
import Formats
import Foundation
import Testing

struct FileTests {
  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder)
  }

  @Test func filesThatCannotBeRead() throws {
    try withFolder { folder in
      try AtomicFile.write("x", to: folder + "/file")
      for (path, sentence) in [
        (folder + "/none", "there is no such file"),
        (folder + "/file/none", "there is no such file"),
        (folder, "cannot be read: it is a directory"),
        ("", "there is no such file"),
        ("a\0b", "cannot be read: its name contains a NUL character"),
        (String(repeating: "a", count: 300), "cannot be read: file name too long"),
      ] {
        let shown = path.replacing("\0", with: "\\u{0}")
        expectRefusal("\(shown): \(sentence)") { () throws(FormatError) in
          try FileReader.bytes(path)
        }
      }
      #expect(FileReader.exists(folder + "/file") && !FileReader.exists(folder + "/none"))
    }
  }

  @Test func limits() throws {
    try withFolder { folder in
      let path = folder + "/ten"
      try AtomicFile.write([UInt8](repeating: 1, count: 10), to: path)
      #expect(try FileReader.bytes(path, limit: 10).count == 10)
      expectRefusal("\(path): cannot be read: it has more than 9 bytes") {
        () throws(FormatError) in try FileReader.bytes(path, limit: 9)
      }
      expectRefusal("/dev/zero: cannot be read: it has more than 1000000 bytes") {
        () throws(FormatError) in try FileReader.bytes("/dev/zero", limit: 1_000_000)
      }
      #expect(try FileReader.bytes("/dev/null").isEmpty)
      try AtomicFile.write([], to: folder + "/empty")
      #expect(try FileReader.bytes(folder + "/empty").isEmpty)
    }
  }

  @Test func filesThatCannotBeWritten() throws {
    try withFolder { folder in
      try AtomicFile.write("x", to: folder + "/file")
      for (path, sentence) in [
        (folder + "/none/x", "the folder '\(folder)/none' does not exist"),
        (folder + "/file/x", "'\(folder)/file' is not a folder"),
        (folder, "it is a directory"),
        (folder + "/", "it names a folder, not a file"),
        ("", "the name is empty"),
        (folder + "/" + String(repeating: "a", count: 300), "file name too long"),
      ] {
        expectRefusal("\(path): cannot be written: \(sentence)") { () throws(FormatError) in
          try AtomicFile.write("y", to: path)
        }
        #expect(throws: FormatError.self) { try AtomicFile.checkWritable(path) }
      }
      try AtomicFile.checkWritable(folder + "/new")
      #expect(try names(folder) == ["file"])
    }
  }

  @Test(.enabled(if: FileReader.exists("/dev/full"))) func fullDisk() {
    expectRefusal("/dev/full: cannot be written: no space left on device") {
      () throws(FormatError) in try AtomicFile.write("y", to: "/dev/full")
    }
  }

  /// The old content stays, and no other file beside it, when writing stops half way.
  @Test func interruptedWrite() throws {
    try withFolder { folder in
      let path = folder + "/file"
      try AtomicFile.write("old", to: path)
      for size in [10, 1_000_000] {
        expectRefusal("y: there is no such file") { () throws(FormatError) in
          try AtomicFile.write(to: path) { (writer: inout AtomicFile.Writer) throws(FormatError) in
            try writer.append([UInt8](repeating: 1, count: size))
            throw .notFound(path: "y")
          }
        }
        #expect(try rawBytes(path) == Array("old".utf8))
        #expect(try names(folder) == ["file"])
      }
    }
  }

  /// A reader that opened the old file keeps it whole while a new one takes its name.
  @Test func replacementIsANewFile() throws {
    try withFolder { folder in
      let path = folder + "/file"
      try AtomicFile.write("old", to: path)
      let reader = try #require(FileHandle(forReadingAtPath: path))
      try AtomicFile.write("new content", to: path)
      #expect(try reader.readToEnd() == Data("old".utf8))
      #expect(try rawBytes(path) == Array("new content".utf8))
      #expect(try names(folder) == ["file"])
    }
  }

  @Test func linksAndPermissionsAreKept() throws {
    try withFolder { folder in
      let manager = FileManager.default
      let (file, link) = (folder + "/file", folder + "/link")
      try AtomicFile.write("old", to: file)
      try manager.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
      try manager.createSymbolicLink(atPath: link, withDestinationPath: "file")
      try AtomicFile.write("new", to: link)
      #expect(try manager.destinationOfSymbolicLink(atPath: link) == "file")
      #expect(try rawBytes(file) == Array("new".utf8))
      #expect(try manager.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o640)
    }
  }

  @Test func folders() throws {
    try withFolder { folder in
      try AtomicFile.makeFolder(folder + "/a/b/c")
      try AtomicFile.makeFolder(folder + "/a/b/c")
      try AtomicFile.write("x", to: folder + "/a/b/c/file")
      expectRefusal("\(folder)/a/b/c/file: cannot be written: it is there, but is not a folder") {
        () throws(FormatError) in try AtomicFile.makeFolder(folder + "/a/b/c/file")
      }
    }
  }

  @Test func everyKindOfPiece() throws {
    let long = [Double](repeating: 0.1, count: 100_000)
    let pieces: [UInt8] =
      Array("é".utf8) + [1, 2]
      + bits(long).flatMap { value in
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      } + [0, 0, 0x80, 0x3F] + [0xFE] + [UInt8](repeating: 0xFF, count: 7)
    try withFolder { folder in
      try AtomicFile.write(to: folder + "/x") {
        (writer: inout AtomicFile.Writer) throws(FormatError) in
        try writer.append("é")
        try writer.append([1, 2] as [UInt8])
        try writer.append(long)
        try writer.append([1] as [Float])
        try writer.append([-2] as [Int64])
      }
      #expect(try rawBytes(folder + "/x") == pieces)
    }
  }

  @Test func messagesStayOnOneLine() {
    let error = FormatError.malformed(
      path: "a\nb", location: "row 1", problem: "bad \u{1B}[31m\u{202E}", advice: "mend it")
    #expect(error.description == "a\\u{a}b, row 1: bad \\u{1b}[31m\\u{202e}; mend it")
    #expect(error.path == "a\nb")
  }
}
