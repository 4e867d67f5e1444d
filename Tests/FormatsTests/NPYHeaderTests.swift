import Formats
import Testing

/// Headers that no NumPy wrote.
struct NPYHeaderTests {
  /// A file of this version with this header.
  private func file(_ header: String, version: UInt8 = 1, data: Int = 0) -> [UInt8] {
    let length = header.utf8.count
    let size = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return [0x93] + "NUMPY".utf8 + [version, 0] + size + header.utf8
      + [UInt8](repeating: 0, count: data)
  }

  private func header(shape: String) -> String {
    "{'descr': '<f8', 'fortran_order': False, 'shape': \(shape)}"
  }

  @Test(arguments: [
    "{'descr':'<f8','fortran_order':False,'shape':(2,)}",
    "  { \"shape\" : ( 2 , ) , 'fortran_order' : True , 'descr' : '<f8' , }  \n",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (2L,), }\n",
  ])
  func otherSpellings(header: String) throws {
    let array = try NPY.parse(file(header, data: 16), path: "x")
    #expect(array == NPY.Array(shape: [2], elements: [0, 0]))
  }

  @Test(arguments: [
    ("", "'{' is missing"),
    ("{", "a string is missing"),
    ("{'descr", "a string is missing"),
    ("{'descr' '<f8'}", "':' is missing"),
    ("{'descr': <f8}", "a string is missing"),
    ("{'descr': '<f8'", "'}' is missing"),
    ("{'descr': '<f8', 'shape': (1,)}", "the key 'fortran_order' is missing"),
    ("{'descr': '<f8', 'descr': '<f8'}", "the key 'descr' comes twice"),
    ("{'dtype': '<f8'}", "the key 'dtype' is unknown"),
    ("{'fortran_order': 1}", "'fortran_order' is neither True nor False"),
    ("{'shape': 3}", "'(' is missing"),
    ("{'shape': (3}", "')' is missing"),
    ("{'shape': (-3,)}", "the shape holds '-3', not a length"),
    ("{'shape': (3.5,)}", "')' is missing"),
    ("{'shape': (a,)}", "the shape holds '', not a length"),
    (
      "{'shape': (99999999999999999999,)}",
      "the shape holds '99999999999999999999', not a length"
    ),
    (
      "{'descr': '<f8', 'fortran_order': False, 'shape': ()} x",
      "more text follows the dictionary"
    ),
  ])
  func malformed(header: String, problem: String) {
    expectRefusal("x, header: \(problem); write it with numpy.save") {
      () throws(FormatError) in try NPY.parse(file(header, data: 8), path: "x")
    }
  }

  /// A shape decides nothing before it has been held against the bytes that are there.
  @Test(arguments: [
    (
      "(1099511627776, 3)",
      "x: has 8 bytes of data, but shape (1099511627776, 3) needs 26388279066624; "
        + "the file is cut off: copy it again"
    ),
    (
      "(4611686018427387904, 4611686018427387904)",
      "x, header: the shape (4611686018427387904, 4611686018427387904) is too large; "
        + "write it with numpy.save"
    ),
    (
      "(2305843009213693952,)",
      "x, header: the shape (2305843009213693952,) is too large; write it with numpy.save"
    ),
    (
      "(0, 9223372036854775807, 9223372036854775807)",
      "x: has 8 bytes of data, but shape (0, 9223372036854775807, 9223372036854775807) needs 0; "
        + "the file is not one array"
    ),
  ])
  func lyingShapes(shape: String, sentence: String) {
    expectRefusal(sentence) { () throws(FormatError) in
      try NPY.parse(file(header(shape: shape), data: 8), path: "x")
    }
  }

  @Test func lyingLengths() {
    for version: UInt8 in 1...3 {
      var bytes = file(header(shape: "(1,)"), version: version, data: 8)
      for i in 8..<(version == 1 ? 10 : 12) { bytes[i] = 0xFF }
      expectRefusal("x: ends inside its header; the file is cut off: copy it again") {
        () throws(FormatError) in try NPY.parse(bytes, path: "x")
      }
    }
    for (major, minor): (UInt8, UInt8) in [(0, 0), (4, 0), (1, 1)] {
      var bytes = file(header(shape: "(1,)"), data: 8)
      (bytes[6], bytes[7]) = (major, minor)
      expectRefusal("x: has the unknown version \(major).\(minor); use version 1, 2 or 3") {
        () throws(FormatError) in try NPY.parse(bytes, path: "x")
      }
    }
  }

  /// Thousands of axes cost no time beyond their header and no room in a message.
  @Test func manyAxes() throws {
    let ones = String(repeating: "1, ", count: 20_000)
    let text = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, \(ones)3)}"
    let array = try NPY.parse(file(text, version: 2, data: 48), path: "x")
    #expect(array.shape.count == 20_002 && array.elements == [0, 0, 0, 0, 0, 0])
    expectRefusal(
      "x: has 40 bytes of data, but shape (2, 1, ... 20002 axes) needs 48; "
        + "the file is cut off: copy it again"
    ) { () throws(FormatError) in try NPY.parse(file(text, version: 2, data: 40), path: "x") }
  }
}
