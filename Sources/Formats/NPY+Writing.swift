public import Arrays

extension NPY {
  /// Replaces a file by an array in C order.
  ///
  /// - Precondition: there are as many elements as the shape says.
  public static func write(
    _ elements: [Double], shape: [Int], to path: String, as precision: Precision = .float64
  ) throws(FormatError) {
    let header = header(shape, precision, elements.count)
    try AtomicFile.write(to: path) { (file: inout AtomicFile.Writer) throws(FormatError) in
      try file.append(header)
      guard precision == .float32 else { return try file.append(elements) }
      // In pieces, so that the rounded copy stays small.
      for start in stride(from: 0, to: elements.count, by: 1 << 15) {
        let piece = elements[start..<min(start + (1 << 15), elements.count)]
        try file.append(piece.map { Float($0) })
      }
    }
  }

  /// Replaces a file by an array of float32 in C order.
  ///
  /// - Precondition: there are as many elements as the shape says.
  public static func write(
    _ elements: [Float], shape: [Int], to path: String
  ) throws(FormatError) {
    let header = header(shape, .float32, elements.count)
    try AtomicFile.write(to: path) { (file: inout AtomicFile.Writer) throws(FormatError) in
      try file.append(header)
      try file.append(elements)
    }
  }

  /// Replaces a file by a matrix, samples in rows.
  public static func write(
    _ matrix: Matrix<Double>, to path: String, as precision: Precision = .float64
  ) throws(FormatError) {
    try write(matrix.elements, shape: [matrix.rows, matrix.columns], to: path, as: precision)
  }

  /// Replaces a file by a matrix of float32, samples in rows.
  public static func write(_ matrix: Matrix<Float>, to path: String) throws(FormatError) {
    try write(matrix.elements, shape: [matrix.rows, matrix.columns], to: path)
  }

  /// The bytes of a file that holds an array in C order.
  ///
  /// - Precondition: there are as many elements as the shape says.
  public static func bytes(
    _ elements: [Double], shape: [Int], as precision: Precision = .float64
  ) -> [UInt8] {
    var result = header(shape, precision, elements.count)
    switch precision {
    case .float64: LittleEndian.append(elements, to: &result)
    case .float32: LittleEndian.append(elements.map { Float($0) }, to: &result)
    }
    return result
  }

  /// A version 1.0 header, padded with spaces so that the data begin at a multiple of 64.
  private static func header(_ shape: [Int], _ precision: Precision, _ count: Int) -> [UInt8] {
    precondition(Shape.count(shape) == count, "\(count) elements of shape \(shape)")
    var text =
      "{'descr': '\(precision.descriptor)', 'fortran_order': False, "
      + "'shape': \(Shape.python(shape)), }"
    let total = (10 + text.utf8.count + 1 + 63) / 64 * 64
    text += String(repeating: " ", count: total - 11 - text.utf8.count) + "\n"
    let length = text.utf8.count
    return magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + text.utf8
  }
}
