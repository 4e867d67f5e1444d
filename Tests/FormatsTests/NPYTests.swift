import Arrays
import Formats
import Foundation
import Testing

struct NPYTests {
  @Test(arguments: ["c-f8.npy", "fortran-f8.npy", "version2.npy", "version3.npy"])
  func numpyFilesOfTheSameArray(name: String) throws {
    let array = try NPY.read(fixture(name))
    #expect(array.shape == [2, 3])
    #expect(bits(array.elements) == bits(awkward))
  }

  @Test func float32IsWidenedExactly() throws {
    let matrix = try NPY.readMatrix(fixture("c-f4.npy"))
    #expect((matrix.rows, matrix.columns) == (2, 2))
    #expect(bits(matrix.elements) == bits([Double(Float(0.1)), 2, -3, 0x1p-149]))
  }

  @Test func fortranOrderOfThreeAxes() throws {
    let array = try NPY.read(fixture("cube-fortran.npy"))
    #expect(array == NPY.Array(shape: [2, 3, 4], elements: (0..<24).map(Double.init)))
  }

  @Test func otherShapes() throws {
    #expect(try NPY.read(fixture("scalar.npy")) == NPY.Array(shape: [], elements: [7.5]))
    #expect(try NPY.read(fixture("line.npy")) == NPY.Array(shape: [3], elements: [0, 1, 2]))
    #expect(try NPY.read(fixture("empty.npy")) == NPY.Array(shape: [0, 3], elements: []))
  }

  /// What is written is byte for byte what NumPy writes.
  @Test func writesAsNumPyDoes() throws {
    let single: [Float] = [0.1, 2, -3, 0x1p-149]
    try withFolder { folder in
      let path = folder + "/x.npy"
      func expectSame(_ name: String) throws {
        #expect(try rawBytes(path) == rawBytes(fixture(name)), "\(name)")
      }
      try NPY.write(awkward, shape: [2, 3], to: path)
      try expectSame("c-f8.npy")
      try NPY.write(Matrix(rows: 2, columns: 3, elements: awkward), to: path)
      try expectSame("c-f8.npy")
      try NPY.write(single, shape: [2, 2], to: path)
      try expectSame("c-f4.npy")
      try NPY.write([0.1, 2, -3, 0x1p-149], shape: [2, 2], to: path, as: .float32)
      try expectSame("c-f4.npy")
      try NPY.write(Matrix(rows: 2, columns: 2, elements: single), to: path)
      try expectSame("c-f4.npy")
      try NPY.write([7.5], shape: [], to: path)
      try expectSame("scalar.npy")
      try NPY.write([0.0, 1, 2], shape: [3], to: path)
      try expectSame("line.npy")
      try NPY.write([Double](), shape: [0, 3], to: path)
      try expectSame("empty.npy")
    }
    #expect(try NPY.bytes(awkward, shape: [2, 3]) == rawBytes(fixture("c-f8.npy")))
  }

  /// More elements than one piece of the writer, of every exponent, also NaN with its payload.
  @Test func roundTripKeepsBits() throws {
    var random = SplitMix(state: 1)
    var values = random.doubles(99_998)
    values += [.infinity, Double(bitPattern: 0x7FF8_0000_0000_0123)]
    try withFolder { folder in
      try NPY.write(values, shape: [50_000, 2], to: folder + "/x.npy")
      expectSameBits(try NPY.read(folder + "/x.npy").elements, values)
      try NPY.write(values, shape: [50_000, 2], to: folder + "/x.npy", as: .float32)
      let single = try NPY.read(folder + "/x.npy").elements
      expectSameBits(single, values.map { Double(Float($0)) })
    }
  }

  @Test func headerOfEveryLength() throws {
    for axes in 0..<200 {
      let shape = [Int](repeating: 1, count: axes)
      let bytes = NPY.bytes([2.5], shape: shape)
      #expect((bytes.count - 8) % 64 == 0)
      #expect(try NPY.parse(bytes, path: "x") == NPY.Array(shape: shape, elements: [2.5]))
    }
  }

  @Test func numbersThatAreNotFinite() throws {
    let path = try fixture("nan.npy")
    #expect(try NPY.read(path).elements[3].isNaN)
    expectRefusal(
      "\(path), row 1, column 1 (counting from 0): nan is not a finite number; remove or mend it"
    ) { () throws(FormatError) in try NPY.readMatrix(path) }
    let cube = NPY.bytes([0, 1, 2, -.infinity], shape: [2, 1, 2])
    expectRefusal(
      "x, element [1, 0, 1] (counting from 0): -inf is not a finite number; remove or mend it"
    ) { () throws(FormatError) in try NPY.parse(cube, path: "x", requireFinite: true) }
  }

  @Test func otherArraysAreRefused() throws {
    for (name, sentence) in [
      ("big-endian.npy", "holds numbers of type '>f8'"),
      ("int64.npy", "holds numbers of type '<i8'"),
      ("structured.npy", "holds numbers of a structured type"),
    ] {
      let path = try fixture(name)
      expectRefusal(
        "\(path): \(sentence); save as float64: numpy.save(path, x.astype('<f8'))"
      ) { () throws(FormatError) in try NPY.read(path) }
    }
    let line = try fixture("line.npy")
    expectRefusal(
      "\(line): has shape (3,), not N x d; "
        + "reshape it to N x d, for example x.reshape(-1, 1) for 3 samples of one number"
    ) { () throws(FormatError) in try NPY.readMatrix(line) }
    let scalar = try fixture("scalar.npy")
    expectRefusal(
      "\(scalar): has shape (), not N x d; save an array of shape N x d, one sample a row"
    ) { () throws(FormatError) in try NPY.readMatrix(scalar) }
  }

  @Test func cutOffAtEveryByte() throws {
    let whole = try rawBytes(fixture("c-f8.npy"))
    for count in 0..<whole.count {
      #expect(throws: FormatError.self) { try NPY.parse(Array(whole.prefix(count)), path: "x") }
    }
    func expectCut(_ bytes: [UInt8], _ sentence: String) {
      expectRefusal(sentence) { () throws(FormatError) in try NPY.parse(bytes, path: "x") }
    }
    expectCut([], "x: is not a NumPy array file; write it with numpy.save")
    expectCut(
      Array(whole.prefix(100)), "x: ends inside its header; the file is cut off: copy it again")
    expectCut(
      Array(whole.prefix(175)),
      "x: has 47 bytes of data, but shape (2, 3) needs 48; the file is cut off: copy it again")
    expectCut(
      whole + [0],
      "x: has 49 bytes of data, but shape (2, 3) needs 48; the file is not one array")
  }
}
