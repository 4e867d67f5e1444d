public import Foundation

/// Runs `body` with an empty folder that is removed afterwards.
public func withFolder<T>(_ body: (String) throws -> T) throws -> T {
  let url = FileManager.default.temporaryDirectory
    .appending(path: "flowdistill-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url.path)
}

/// The content of a file.
public func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }
