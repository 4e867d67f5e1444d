/// Lengths along axes.
enum Shape {
  /// The number of elements, or nil if that overflows or a length is negative.
  static func count(_ shape: [Int]) -> Int? {
    if shape.contains(where: { $0 < 0 }) { return nil }
    if shape.contains(0) { return 0 }
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      if overflow { return nil }
      count = product
    }
    return count
  }

  /// The shape as Python writes it.
  static func python(_ shape: [Int]) -> String {
    "(" + shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? ",)" : ")")
  }

  /// The shape as Python writes it, cut to a length that fits a message.
  static func text(_ shape: [Int]) -> String {
    shape.count <= 8 ? python(shape) : "(\(shape[0]), \(shape[1]), ... \(shape.count) axes)"
  }

  /// The indices of element `i` in C order, in words for a matrix.
  static func place(_ i: Int, _ shape: [Int]) -> String {
    var rest = i
    var indices: [Int] = []
    for length in shape.reversed() {
      indices.append(rest % length)
      rest /= length
    }
    indices.reverse()
    return indices.count == 2
      ? "row \(indices[0]), column \(indices[1])"
      : "element [" + indices.map(String.init).joined(separator: ", ") + "]"
  }

  /// Elements that lie in Fortran order (the first index runs fastest), put in C order.
  static func inCOrder(_ elements: [Double], _ shape: [Int]) -> [Double] {
    // Axes of length one change nothing, and a file may have thousands.
    let shape = shape.filter { $0 != 1 }
    if shape.count < 2 || elements.isEmpty { return elements }
    var strides: [Int] = []
    var stride = 1
    for length in shape {
      strides.append(stride)
      stride *= length
    }
    var result: [Double] = []
    result.reserveCapacity(elements.count)
    var index = [Int](repeating: 0, count: shape.count)
    var source = 0
    while true {
      result.append(elements[source])
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        source += strides[axis]
        if index[axis] < shape[axis] { break }
        source -= strides[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return result }
    }
  }
}
