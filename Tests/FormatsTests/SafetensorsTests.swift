import Formats
import Foundation
import Testing

struct SafetensorsTests {
  /// A file with this header over `data` zeros.
  private func file(_ header: String, data: Int = 0) -> [UInt8] {
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
    return length + header.utf8 + [UInt8](repeating: 0, count: data)
  }

  private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func expectParse(_ bytes: [UInt8], _ sentence: String, _ at: SourceLocation) {
    expectRefusal(sentence, sourceLocation: at) { () throws(FormatError) in
      try Safetensors.parse(bytes, path: "x")
    }
  }

  @Test func readsAForeignFile() throws {
    let file = try Safetensors.read(fixture("three.safetensors"))
    #expect(file.metadata == ["step": "12"])
    #expect(file.tensors.map(\.name) == ["a", "n", "b"])
    #expect(file["a"]?.shape == [1, 2] && file["n"]?.shape == [] && file["b"]?.shape == [2])
    #expect(file["a"]?.values == .float64([1.5, -0.0]) && file["n"]?.values == .int64([-9]))
    guard case .float32(let b)? = file["b"]?.values else {
      Issue.record("b is no float32")
      return
    }
    #expect(b.map(\.bitPattern) == [0x7FC0_0123, 0x3F80_0000])
    #expect(file["c"] == nil)
  }

  /// The header is read back by Foundation's JSON, and the data by hand.
  @Test func writesWhatOthersRead() throws {
    let singles: [Float] = [1, -0.0, .infinity]
    let file = Safetensors(
      [
        .init(name: "w\"1\u{1F600}", shape: [3, 1], values: .float32(singles)),
        .init(name: "empty", shape: [0, 4], values: .float64([])),
        .init(name: "double", shape: [2], values: .float64([0.1, 0x1p-1074])),
        .init(name: "count", shape: [], values: .int64([.min])),
      ], metadata: ["format": "pt", "z": "line\nend"])
    let bytes = file.bytes()
    let length = Int(number(bytes.prefix(8)))
    #expect(length % 8 == 0)
    let header = try #require(
      JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length])) as? [String: [String: Any]])
    #expect(header["__metadata__"] as? [String: String] == ["format": "pt", "z": "line\nend"])
    #expect(header.count == 5)
    for (name, type, shape, expected): (String, String, [Int], [UInt64]) in [
      ("w\"1\u{1F600}", "F32", [3, 1], singles.map { UInt64($0.bitPattern) }),
      ("empty", "F64", [0, 4], []), ("double", "F64", [2], bits([0.1, 0x1p-1074])),
      ("count", "I64", [], [1 << 63]),
    ] {
      let entry = try #require(header[name])
      #expect(entry["dtype"] as? String == type && entry["shape"] as? [Int] == shape)
      let offsets = try #require(entry["data_offsets"] as? [Int])
      let size = type == "F32" ? 4 : 8
      #expect(offsets[0] % size == 0)
      let found = stride(from: offsets[0], to: offsets[1], by: size).map { start in
        number(bytes[(8 + length + start)...].prefix(size))
      }
      #expect(found == expected, "\(name)")
    }
    let order = [file.tensors[3], file.tensors[2], file.tensors[1], file.tensors[0]]
    #expect(
      try Safetensors.parse(bytes, path: "x") == Safetensors(order, metadata: file.metadata))
    try withFolder { folder in
      try file.write(to: folder + "/x.safetensors")
      #expect(try rawBytes(folder + "/x.safetensors") == bytes)
    }
  }

  @Test func nothingAtAll() throws {
    #expect(try Safetensors.parse(Safetensors().bytes(), path: "x") == Safetensors())
    #expect(try Safetensors.parse(file("{}"), path: "x") == Safetensors())
  }

  @Test func cutOffAtEveryByte() throws {
    let whole = try rawBytes(fixture("three.safetensors"))
    for count in 0..<whole.count {
      #expect(throws: FormatError.self) {
        try Safetensors.parse(Array(whole.prefix(count)), path: "x")
      }
    }
    expectParse([], "x: is too short for a safetensors file; copy the file again", #_sourceLocation)
    expectParse(
      whole + [0], "x: 1 bytes at the end belong to no tensor; the file is not one set of tensors",
      #_sourceLocation)
    expectParse(
      [UInt8](repeating: 0xFF, count: 9),
      "x: says that its header has 18446744073709551615 bytes; "
        + "the file is cut off or of another kind", #_sourceLocation)
    expectParse(
      file("[]"), "x, header: does not begin with '{'; a safetensors file's does", #_sourceLocation)
    expectParse(
      file(""), "x, header: does not begin with '{'; a safetensors file's does", #_sourceLocation)
    expectParse(
      file("{\"a\"}"), "x, header, line 1, column 5: '}' stands where ':' should be",
      #_sourceLocation)
  }

  @Test(arguments: [
    (
      "F64", "[1]", "[0, 8], \"x\": 1",
      "x, tensor 'a': the key 'x' is unknown; known keys: dtype, shape, data_offsets"
    ),
    (
      "BF16", "[1]", "[0, 2]",
      "x, tensor 'a': the scalar type 'BF16' is not read; save as F32, F64 or I64"
    ),
    ("F64", "[2]", "[0, 8]", "x, tensor 'a': has 8 bytes; F64 of shape (2,) needs 16"),
    (
      "F64", "[1]", "[8, 16]",
      "x, tensor 'a': leaves a hole of 8 bytes; its data should begin at byte 0 of the data"
    ),
    (
      "F64", "[1]", "[8]",
      "x, tensor 'a': the data offsets [8] are not inside the data; give two between 0 and 16, the smaller one first"
    ),
    (
      "F64", "[1]", "[8, 0]",
      "x, tensor 'a': the data offsets [8, 0] are not inside the data; give two between 0 and 16, the smaller one first"
    ),
    (
      "F64", "[1]", "[-8, 0]",
      "x, tensor 'a': the data offsets [-8, 0] are not inside the data; give two between 0 and 16, the smaller one first"
    ),
    (
      "F64", "[1]", "[16, 24]",
      "x, tensor 'a': the data offsets [16, 24] are not inside the data; give two between 0 and 16, the smaller one first"
    ),
    (
      "F64", "[-1]", "[0, 8]",
      "x, tensor 'a': the shape (-1,) is not possible; give lengths that fit a file"
    ),
    (
      "F64", "[4611686018427387904, 2]", "[0, 8]",
      "x, tensor 'a': the shape (4611686018427387904, 2) is not possible; give lengths that fit a file"
    ),
    (
      "F64", "[1099511627776]", "[0, 16]",
      "x, tensor 'a': has 16 bytes; F64 of shape (1099511627776,) needs 8796093022208"
    ),
    (
      "F64", "[1.5]", "[0, 8]",
      "x, tensor 'a'.shape[0]: is 1.5; give a whole number of at most 64 bits"
    ),
    ("F64", "1", "[0, 8]", "x, tensor 'a'.shape: is a number; give an array"),
  ])
  func wrongTensors(type: String, shape: String, offsets: String, sentence: String) {
    let header =
      "{\"a\": {\"dtype\": \"\(type)\", \"shape\": \(shape), \"data_offsets\": \(offsets)}}"
    expectParse(file(header, data: 16), sentence, #_sourceLocation)
  }

  @Test func tensorsAgainstEachOther() {
    func two(_ a: String, _ b: String, _ second: String = "b") -> [UInt8] {
      func tensor(_ offsets: String) -> String {
        "{\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": \(offsets)}"
      }
      return file("{\"a\": \(tensor(a)), \"\(second)\": \(tensor(b))}", data: 16)
    }
    #expect(throws: Never.self) { try Safetensors.parse(two("[8, 16]", "[0, 8]"), path: "x") }
    expectParse(
      two("[0, 8]", "[4, 12]"),
      "x, tensor 'b': overlaps another tensor; its data should begin at byte 8 of the data",
      #_sourceLocation)
    expectParse(
      two("[0, 8]", "[0, 8]"),
      "x, tensor 'b': overlaps another tensor; its data should begin at byte 8 of the data",
      #_sourceLocation)
    expectParse(
      two("[0, 8]", "[8, 16]", "a"),
      "x, header, line 1, column 63: the key 'a' comes twice in one object; keep one of them",
      #_sourceLocation)
    expectParse(
      file("{\"a\": {\"dtype\": \"F32\", \"shape\": []}}", data: 4),
      "x, tensor 'a': the key 'data_offsets' is missing; add 'data_offsets'", #_sourceLocation)
    expectParse(
      file("{\"__metadata__\": {\"step\": 12}}"),
      "x, __metadata__.'step': is a number; give a string", #_sourceLocation)
  }
}
