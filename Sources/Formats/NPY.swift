public import Arrays

/// NumPy's `.npy` files: little-endian float32 and float64, versions 1 to 3.
public enum NPY {
  /// An array of any shape, its elements in C order (the last index runs fastest).
  public struct Array: Sendable, Equatable {
    /// The length along each axis.
    public let shape: [Int]
    /// The elements, as many as the product of the shape.
    public let elements: [Double]

    /// An array of this shape.
    ///
    /// - Precondition: there are as many elements as the shape says.
    public init(shape: [Int], elements: [Double]) {
      precondition(
        Shape.count(shape) == elements.count, "\(elements.count) elements of shape \(shape)")
      self.shape = shape
      self.elements = elements
    }

    /// The array as a matrix, samples in rows; `path` is named in the error for other shapes.
    public func matrix(path: String) throws(FormatError) -> Matrix<Double> {
      if shape.count == 2 {
        return Matrix(rows: shape[0], columns: shape[1], elements: elements)
      }
      let advice =
        shape.count == 1
        ? "reshape it to N x d, for example x.reshape(-1, 1) for \(shape[0]) samples of one number"
        : "save an array of shape N x d, one sample a row"
      throw .malformed(
        path: path, location: nil, problem: "has shape \(Shape.text(shape)), not N x d",
        advice: advice)
    }
  }

  /// How numbers are stored.
  public enum Precision: Sendable, Equatable {
    /// 4 bytes a number.
    case float32
    /// 8 bytes a number.
    case float64

    var descriptor: String { self == .float32 ? "<f4" : "<f8" }
    var size: Int { self == .float32 ? 4 : 8 }
  }

  /// Reads the array of a file.
  public static func read(
    _ path: String, requireFinite: Bool = false
  ) throws(FormatError) -> Array {
    try parse(FileReader.bytes(path), path: path, requireFinite: requireFinite)
  }

  /// Reads an N x d array of a file.
  public static func readMatrix(
    _ path: String, requireFinite: Bool = true
  ) throws(FormatError) -> Matrix<Double> {
    try read(path, requireFinite: requireFinite).matrix(path: path)
  }

  /// Reads an array from the bytes of a file; `path` names the source in errors.
  public static func parse(
    _ bytes: [UInt8], path: String, requireFinite: Bool = false
  ) throws(FormatError) -> Array {
    func refuse(_ problem: String, _ advice: String? = nil, at place: String? = nil) -> FormatError
    {
      .malformed(path: path, location: place, problem: problem, advice: advice)
    }
    if !bytes.starts(with: magic) {
      throw refuse("is not a NumPy array file", "write it with numpy.save")
    }
    let cutOff = "the file is cut off: copy it again"
    guard bytes.count >= 8 else { throw refuse("ends inside its header", cutOff) }
    let version = bytes[6]
    guard (1...3).contains(version), bytes[7] == 0 else {
      throw refuse("has the unknown version \(version).\(bytes[7])", "use version 1, 2 or 3")
    }
    let lengthSize = version == 1 ? 2 : 4
    let start = 8 + lengthSize
    guard let length = LittleEndian.unsigned(bytes, at: 8, count: lengthSize),
      Int(length) <= bytes.count - start
    else { throw refuse("ends inside its header", cutOff) }
    let dataStart = start + Int(length)
    let header = try NPYHeader(bytes[start..<dataStart], path: path)

    guard let count = Shape.count(header.shape),
      case (let size, false) = count.multipliedReportingOverflow(by: header.precision.size)
    else {
      throw refuse(
        "the shape \(Shape.text(header.shape)) is too large", "write it with numpy.save",
        at: "header")
    }
    let available = bytes.count - dataStart
    if available != size {
      throw refuse(
        "has \(available) bytes of data, but shape \(Shape.text(header.shape)) needs \(size)",
        available < size ? cutOff : "the file is not one array")
    }
    var elements =
      header.precision == .float64
      ? LittleEndian.values(bytes, dataStart..<bytes.count, as: Double.self)
      : LittleEndian.values(bytes, dataStart..<bytes.count, as: Float.self).map(Double.init)
    if header.isFortranOrder { elements = Shape.inCOrder(elements, header.shape) }
    if requireFinite, let i = elements.firstIndex(where: { !$0.isFinite }) {
      throw refuse(
        "\(elements[i]) is not a finite number", "remove or mend it",
        at: Shape.place(i, header.shape) + " (counting from 0)")
    }
    return Array(shape: header.shape, elements: elements)
  }

  static let magic: [UInt8] = [0x93] + "NUMPY".utf8
}
