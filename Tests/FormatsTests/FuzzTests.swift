import Arrays
import Formats
import Testing

/// Damaged files: every parser returns or throws, and what it says is short and on one line.
struct FuzzTests {
  private static let rounds = 4000

  /// Changes, drops, doubles and swaps bytes at a few places, often for ones that mean something.
  private func mutate(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
    let telling = Array("{}[]()\"'\\,:;-+.eE019nIL# \n\r\t".utf8) + [0, 0x7F, 0x80, 0xC3, 0xFF]
    var result = bytes
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      if result.isEmpty { return result }
      let i = Int.random(in: 0..<result.count, using: &random)
      switch random.next() % 8 {
      case 0: result[i] = UInt8(truncatingIfNeeded: random.next())
      case 1: result[i] ^= 1 << (random.next() % 8)
      case 2: result.remove(at: i)
      case 3: result.insert(telling.randomElement(using: &random) ?? 0, at: i)
      case 4: result[i] = telling.randomElement(using: &random) ?? 0
      case 5: result.removeLast(Int.random(in: 0...min(9, result.count), using: &random))
      case 6: result.insert(contentsOf: result[i...].prefix(12), at: i)
      default: result.swapAt(i, Int.random(in: 0..<result.count, using: &random))
      }
    }
    return result
  }

  /// How many of the damaged files were still read.
  private func fuzz(
    _ original: [UInt8], seed: UInt64, _ parse: ([UInt8]) throws(FormatError) -> Void
  ) throws -> Int {
    try parse(original)
    var random = SplitMix(state: seed)
    var accepted = 0
    for _ in 0..<Self.rounds {
      let bytes = mutate(original, &random)
      do throws(FormatError) {
        try parse(bytes)
        accepted += 1
      } catch {
        let text = error.description
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        if text.count > 300 || !isPlain || !text.hasPrefix("x") {
          Issue.record("\(text) for \(bytes)")
        }
      }
    }
    return accepted
  }

  @Test(arguments: [
    "c-f8.npy", "c-f4.npy", "cube-fortran.npy", "version2.npy", "version3.npy", "scalar.npy",
    "empty.npy",
  ])
  func numpy(name: String) throws {
    let accepted = try fuzz(rawBytes(fixture(name)), seed: 1) { (bytes) throws(FormatError) in
      let array = try NPY.parse(bytes, path: "x")
      if array.shape.reduce(1, *) != array.elements.count { Issue.record("\(array)") }
    }
    #expect(accepted < Self.rounds)
  }

  @Test func safetensors() throws {
    let accepted = try fuzz(rawBytes(fixture("three.safetensors")), seed: 2) {
      (bytes) throws(FormatError) in
      for tensor in try Safetensors.parse(bytes, path: "x").tensors
      where tensor.shape.reduce(1, *) != tensor.values.count {
        Issue.record("\(tensor)")
      }
    }
    #expect(accepted > 0 && accepted < Self.rounds)
  }

  @Test(arguments: ["two.csv.gz", "members.csv.gz"])
  func gzip(name: String) throws {
    let accepted = try fuzz(rawBytes(fixture(name)), seed: 3) { (bytes) throws(FormatError) in
      _ = try CSV.parse(Gzip.decompress(bytes, path: "x", limit: 1 << 20), path: "x")
    }
    #expect(accepted < Self.rounds)
  }

  @Test(arguments: [
    "x,y\r\n0.1,-2e3\r\n3,5e-324\r\n", "# \"a b\" c\n1 2\n  3.5   \"4\" \n\n", "1;2;3\n4;5;6\n",
    "a\tb\n1\t2\n",
  ])
  func text(table: String) throws {
    let accepted = try fuzz(Array(table.utf8), seed: 4) { (bytes) throws(FormatError) in
      let table = try CSV.parse(bytes, path: "x")
      if table.values.elements.contains(where: { !$0.isFinite }) || table.values.rows < 1 {
        Issue.record("\(table)")
      }
    }
    #expect(accepted > 0 && accepted < Self.rounds)
  }

  /// What is accepted is written and read back as the same value.
  @Test func json() throws {
    let text = """
      {"format": "f/1", "weights": [0.5, -1.5e-300, 12345678901234567890, -0],
       "o": {"é\\u00e9\\ud83d\\ude00": [true, false, null, "\\n"], "m": [[1, 2], [3, 4]]}}
      """
    let accepted = try fuzz(Array(text.utf8), seed: 5) { (bytes) throws(FormatError) in
      let value = try JSON.parse(bytes, path: "x")
      for layout in [JSONLayout.compact, .pretty] {
        let again = try JSON.parse(value.bytes(layout), path: "x")
        if again != value { Issue.record("\(value) became \(again)") }
      }
      var reader = try JSONReader(value, path: "x")
      try reader.format("f/1")
      var inner = try reader.object("o")
      _ = try (reader.numbersOrInfinity("weights"), inner.matrix("m"))
      try reader.finish()
    }
    #expect(accepted > 0 && accepted < Self.rounds)
  }
}
