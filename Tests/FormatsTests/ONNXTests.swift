import Formats
import Testing

/// A reader of the wire format of its own: the fields of a message, in order.
private func fields(_ bytes: ArraySlice<UInt8>) -> [(field: Int, number: Int?, bytes: [UInt8]?)] {
  var rest = bytes
  func varint() -> UInt64 {
    var (value, shift): (UInt64, UInt64) = (0, 0)
    while let byte = rest.popFirst() {
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return .max
  }
  var result: [(field: Int, number: Int?, bytes: [UInt8]?)] = []
  while !rest.isEmpty {
    let key = varint()
    if key & 7 == 0 {
      result.append((Int(key >> 3), Int(truncatingIfNeeded: Int64(bitPattern: varint())), nil))
    } else {
      let count = Int(varint())
      result.append((Int(key >> 3), nil, Array(rest.prefix(count))))
      rest = rest.dropFirst(count)
    }
  }
  return result
}

private func inside(_ bytes: [UInt8]?, _ field: Int) -> [[UInt8]] {
  fields((bytes ?? [])[...]).filter { $0.field == field }.compactMap(\.bytes)
}

private func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }

private func twice(_ precision: ONNXModel.Precision) -> ONNXModel {
  var model = ONNXModel(precision: precision, summary: "twice", input: "x", columns: 3)
  model.add(constant: "two", shape: [1, 1], [2])
  model.add("Mul", ["x", "two"], to: "y")
  model.setOutput("y", columns: 3)
  model.metadata = ["b": "2", "a": "1"]
  return model
}

@Test func anOnnxFileHoldsItsGraph() throws {
  let model = fields(twice(.float32).bytes()[...])
  #expect(model.first { $0.field == 1 }?.number == 8)
  #expect(inside(twice(.float32).bytes(), 8).flatMap { fields($0[...]) }.map(\.number) == [17])
  let graph = try #require(inside(twice(.float32).bytes(), 7).first)
  let node = try #require(inside(graph, 1).first)
  #expect(inside(node, 1).map(text) == ["x", "two"] && inside(node, 2).map(text) == ["y"])
  #expect(inside(node, 4).map(text) == ["Mul"])
  let constant = try #require(inside(graph, 5).first)
  #expect(text(inside(constant, 8).first) == "two")
  // 2 in single precision, little-endian.
  #expect(inside(constant, 9) == [[0, 0, 0, 0x40]])
  #expect(text(inside(inside(graph, 12).first, 1).first) == "y")
  let keys = inside(twice(.float32).bytes(), 14).map { text(inside($0, 1).first) }
  #expect(keys == ["a", "b"])
}

@Test func precisionIsInTypesAndData() throws {
  let graph = try #require(inside(twice(.float64).bytes(), 7).first)
  let constant = try #require(inside(graph, 5).first)
  #expect(inside(constant, 9) == [[0, 0, 0, 0, 0, 0, 0, 0x40]])
  #expect(fields(constant[...]).first { $0.field == 2 }?.number == 11)
  #expect(twice(.float64) != twice(.float32) && twice(.float64) == twice(.float64))
}

@Test func longAndNegativeNumbersAreVarints() {
  var model = ONNXModel(precision: .float32, summary: "", input: "x", columns: 300)
  model.add("Concat", ["x", "x"], to: "y", attributes: [("axis", -1)])
  model.setOutput("y", columns: 600)
  let bytes = model.bytes()
  let node = inside(inside(bytes, 7).first, 1).first
  let attribute = inside(node, 5).first
  #expect(fields((attribute ?? [])[...]).first { $0.field == 3 }?.number == -1)
  // 600 = 0b100_1011000: the low seven bits first.
  #expect(bytes.indices.dropLast().contains { bytes[$0] == 0xD8 && bytes[$0 + 1] == 0x04 })
}
