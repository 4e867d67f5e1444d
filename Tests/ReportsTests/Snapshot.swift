import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Compares text with the committed file; UPDATE_SNAPSHOTS=1 writes the file instead.
func expectSnapshot(
  _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots")
  let file = folder.appending(path: name)
  if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
    try Data(text.utf8).write(to: file)
    return
  }
  let expected = try String(decoding: Data(contentsOf: file), as: UTF8.self)
  if text == expected { return }
  let pairs = zip(text.split(separator: "\n"), expected.split(separator: "\n"))
  let first = pairs.first { $0 != $1 }
  Issue.record(
    "\(name) differs: \(first.map { "\"\($0)\" instead of \"\($1)\"" } ?? "in length")",
    sourceLocation: sourceLocation)
}

/// What an XML parser says against the text; nil if it is well-formed.
func xmlComplaint(_ text: String) -> String? {
  let parser = XMLParser(data: Data(text.utf8))
  return parser.parse() ? nil : parser.parserError.map { "\($0)" } ?? "no reason given"
}

/// Whether a number word leaked into coordinates or text.
func leaksNonFinite(_ text: String) -> Bool {
  let bytes = Array(text.lowercased().utf8)
  return ["nan", "inf"].contains { word in
    let pattern = Array(word.utf8)
    return (0..<max(bytes.count - 3, 0)).contains { start in
      guard bytes[start..<start + 3].elementsEqual(pattern) else { return false }
      let neighbours = [start > 0 ? bytes[start - 1] : 32, bytes[start + 3]]
      return neighbours.allSatisfy { !(97...122).contains($0) }
    }
  }
}
