import Arrays
import Formats
import Testing

struct SamplesTests {
  private let samples = Matrix(rows: 2, columns: 3, elements: awkward)

  @Test(arguments: [
    "x.npy", "x.csv", "x.csv.gz", "x.npy.gz", "x.NPY", "x.Csv.Gz", "x",
  ])
  func everyNameReadsBack(name: String) throws {
    try withFolder { folder in
      try Samples.write(samples, to: folder + "/" + name)
      let back = try Samples.read(folder + "/" + name)
      #expect((back.rows, back.columns) == (2, 3))
      #expect(bits(back.elements) == bits(awkward))
      let isPacked = name.lowercased().hasSuffix(".gz")
      #expect(try Gzip.isCompressed(rawBytes(folder + "/" + name)) == isPacked)
    }
  }

  /// A pipe has no name that tells: the content does.
  @Test func contentDecides() throws {
    try withFolder { folder in
      for bytes in [
        NPY.bytes(awkward, shape: [2, 3]), CSV.bytes(samples), Gzip.compress(CSV.bytes(samples)),
      ] {
        try AtomicFile.write(bytes, to: folder + "/pipe")
        #expect(try bits(Samples.read(folder + "/pipe").elements) == bits(awkward))
      }
    }
  }

  @Test func refusals() throws {
    try withFolder { folder in
      func expectRead(_ name: String, _ bytes: [UInt8]?, _ sentence: String) throws {
        let path = folder + "/" + name
        if let bytes { try AtomicFile.write(bytes, to: path) }
        expectRefusal("\(path)\(sentence)") { () throws(FormatError) in try Samples.read(path) }
      }
      try expectRead("none.npz", nil, ": there is no such file")
      try expectRead(
        "x.npz", [],
        ": '.npz' files are not read; "
          + "save the array as .npy (numpy.save), .csv or .csv.gz")
      try expectRead("x.npy", [], ": is not a NumPy array file; write it with numpy.save")
      try expectRead("x.csv", [], ": holds no samples; give one sample a line")
      try expectRead("x.csv.gz", [], ": is not gzip data; drop .gz from the name")
      try expectRead(
        "x.npy", NPY.bytes([], shape: [0, 3]),
        ": has shape (0, 3): no samples; give at least one row and one column")
      try expectRead(
        "x.npy", NPY.bytes([1, .infinity], shape: [2, 1]),
        ", row 1, column 0 (counting from 0): inf is not a finite number; remove or mend it")
      try expectRead(
        "x.npy", NPY.bytes([1], shape: [1, 1, 1]),
        ": has shape (1, 1, 1), not N x d; save an array of shape N x d, one sample a row")
    }
  }
}
