public import Arrays

/// Data sets in any of the accepted formats: `.npy`, `.csv`, and either compressed with gzip.
public enum Samples {
  /// Reads samples, one a row; all are finite, and there is at least one row and one column.
  ///
  /// The content decides between NumPy and text, so that pipes work too.
  public static func read(_ path: String) throws(FormatError) -> Matrix<Double> {
    let name = path.lowercased()
    for other in [".npz", ".parquet", ".h5", ".hdf5", ".mat", ".pkl", ".pt", ".json", ".zip"]
    where name.hasSuffix(other) {
      if case .failure(let error) = FileStatus.of(path), error.isNotFound {
        throw .notFound(path: path)
      }
      throw .malformed(
        path: path, location: nil, problem: "'\(other)' files are not read",
        advice: "save the array as .npy (numpy.save), .csv or .csv.gz")
    }
    var bytes = try FileReader.bytes(path)
    if name.hasSuffix(".gz") || Gzip.isCompressed(bytes) {
      bytes = try Gzip.decompress(bytes, path: path)
    }
    return try parse(bytes, path: path, isNumPy: name.hasSuffix(".npy"))
  }

  /// Replaces a file by samples, in the format of its name: `.csv`, else NumPy float64, and
  /// either compressed if the name ends in `.gz`.
  public static func write(_ samples: Matrix<Double>, to path: String) throws(FormatError) {
    let name = path.lowercased()
    if name.hasSuffix(".csv") || name.hasSuffix(".csv.gz") {
      try CSV.write(samples, to: path)
    } else if name.hasSuffix(".gz") {
      let shape = [samples.rows, samples.columns]
      try AtomicFile.write(Gzip.compress(NPY.bytes(samples.elements, shape: shape)), to: path)
    } else {
      try NPY.write(samples, to: path)
    }
  }

  static func parse(
    _ bytes: [UInt8], path: String, isNumPy: Bool
  ) throws(FormatError) -> Matrix<Double> {
    guard isNumPy || bytes.starts(with: NPY.magic) else {
      return try CSV.parse(bytes, path: path).values
    }
    let array = try NPY.parse(bytes, path: path, requireFinite: true)
    let matrix = try array.matrix(path: path)
    if matrix.rows == 0 || matrix.columns == 0 {
      throw .malformed(
        path: path, location: nil, problem: "has shape \(Shape.text(array.shape)): no samples",
        advice: "give at least one row and one column")
    }
    return matrix
  }
}
