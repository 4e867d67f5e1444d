/// A dense row-major matrix: samples are rows, features are columns.
///
/// Element (i, j) is `elements[i * columns + j]`. A matrix is a value; its storage is one Swift
/// array, so copies are cheap until written to.
public struct Matrix<Element: BinaryFloatingPoint & Sendable>: Sendable, Equatable {
  /// The number of rows (samples).
  public let rows: Int
  /// The number of columns (features).
  public let columns: Int
  /// The `rows * columns` elements, row after row.
  ///
  /// Never change its count.
  public var elements: [Element]

  /// A matrix of the given elements, row after row.
  ///
  /// - Precondition: `elements.count == rows * columns`.
  @inlinable
  public init(rows: Int, columns: Int, elements: [Element]) {
    precondition(
      rows >= 0 && columns >= 0 && elements.count == rows * columns,
      "\(elements.count) elements do not make a \(rows) x \(columns) matrix")
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// A matrix that holds `value` everywhere.
  @inlinable
  public init(rows: Int, columns: Int, repeating value: Element = 0) {
    self.init(
      rows: rows, columns: columns, elements: Array(repeating: value, count: rows * columns))
  }

  /// A matrix of the given rows, which must all have the same length.
  @inlinable
  public init(_ rows: [[Element]]) {
    let columns = rows.first?.count ?? 0
    precondition(rows.allSatisfy { $0.count == columns }, "rows of different lengths")
    self.init(rows: rows.count, columns: columns, elements: rows.flatMap { $0 })
  }

  /// The identity of order `n`.
  @inlinable
  public static func identity(_ n: Int) -> Matrix {
    var result = Matrix(rows: n, columns: n)
    for i in 0..<n { result[i, i] = 1 }
    return result
  }

  /// The element in row `i`, column `j`.
  @inlinable
  public subscript(i: Int, j: Int) -> Element {
    get { elements[i * columns + j] }
    set { elements[i * columns + j] = newValue }
  }

  /// Row `i` as a view; assigning copies as many elements as there are columns.
  @inlinable
  public subscript(row i: Int) -> ArraySlice<Element> {
    get { elements[i * columns..<(i + 1) * columns] }
    set {
      precondition(newValue.count == columns, "a row of \(newValue.count), not \(columns)")
      elements.replaceSubrange(i * columns..<(i + 1) * columns, with: newValue)
    }
  }

  /// The matrix of the rows in `range`.
  @inlinable
  public func rowBlock(_ range: Range<Int>) -> Matrix {
    Matrix(
      rows: range.count, columns: columns,
      elements: Array(elements[range.lowerBound * columns..<range.upperBound * columns]))
  }

  /// The matrix of the rows with these indices, in this order.
  @inlinable
  public func gatheringRows(_ indices: [Int]) -> Matrix {
    var result: [Element] = []
    result.reserveCapacity(indices.count * columns)
    for i in indices { result.append(contentsOf: self[row: i]) }
    return Matrix(rows: indices.count, columns: columns, elements: result)
  }

  /// The transpose.
  @inlinable
  public var transposed: Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for i in 0..<rows {
      for j in 0..<columns { result[j, i] = self[i, j] }
    }
    return result
  }

  /// Whether no element is infinite or not a number.
  @inlinable
  public var isFinite: Bool { elements.allSatisfy(\.isFinite) }
}

extension Matrix<Double> {
  /// The same matrix in single precision.
  public var inSinglePrecision: Matrix<Float> {
    Matrix<Float>(rows: rows, columns: columns, elements: converted(elements) { Float($0) })
  }
}

extension Matrix<Float> {
  /// The same matrix in double precision.
  public var inDoublePrecision: Matrix<Double> {
    Matrix<Double>(rows: rows, columns: columns, elements: converted(elements) { Double($0) })
  }
}

/// A map whose loop the compiler turns into vector instructions, unlike that of `Array.map`.
@inline(__always)
private func converted<From, To>(_ values: [From], _ convert: (From) -> To) -> [To] {
  unsafe values.withUnsafeBufferPointer { values in
    unsafe Array(unsafeUninitializedCapacity: values.count) { result, count in
      for i in 0..<values.count {
        unsafe result.initializeElement(at: i, to: convert(values[i]))
      }
      count = values.count
    }
  }
}
