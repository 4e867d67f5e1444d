import Formats
import Foundation
import Testing

/// Where a fixture lies; `Fixtures/make_fixtures.py` made it with NumPy and Python's gzip.
func fixture(_ name: String) throws -> String {
  try #require(Bundle.module.resourceURL).appending(path: "Fixtures/\(name)").path()
}

/// The bytes of a file, read without the module under test.
func rawBytes(_ path: String) throws -> [UInt8] {
  try Array(Data(contentsOf: URL(filePath: path)))
}

/// A new folder for the length of `body`.
func withFolder<T>(_ body: (String) throws -> T) throws -> T {
  let url = FileManager.default.temporaryDirectory.appending(path: "formats-\(UUID())")
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url.path())
}

/// Expects that `body` throws a `FormatError` with exactly this sentence.
func expectRefusal<T>(
  _ sentence: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws(FormatError) -> T
) {
  do {
    let value = try body()
    Issue.record("accepted: \(value)", sourceLocation: sourceLocation)
  } catch {
    #expect(error.description == sentence, sourceLocation: sourceLocation)
  }
}

/// Bit patterns: unlike `==`, they tell zeros apart and know NaN.
func bits(_ values: [Double]) -> [UInt64] { values.map(\.bitPattern) }

/// Compares long arrays bit by bit and shows the first difference only.
func expectSameBits(
  _ a: [Double], _ b: [Double], sourceLocation: SourceLocation = #_sourceLocation
) {
  let first = zip(a, b).enumerated().first { $1.0.bitPattern != $1.1.bitPattern }
  if let first {
    Issue.record("\(first.element) at \(first.offset)", sourceLocation: sourceLocation)
  }
  #expect(a.count == b.count, sourceLocation: sourceLocation)
}

/// The numbers of the fixtures called `x` in the script: zeros, subnormals and the largest double.
let awkward = [0.1, -0.0, 0x1p-1074, 1.7976931348623157e308, 1.0 / 3.0, -2.5]

/// SplitMix64 (Steele, Lea and Flood, 2014): numbers that are the same in every run.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Finite doubles of every exponent: random bit patterns.
  mutating func doubles(_ count: Int) -> [Double] {
    var result: [Double] = []
    while result.count < count {
      let value = Double(bitPattern: next())
      if value.isFinite { result.append(value) }
    }
    return result
  }
}
