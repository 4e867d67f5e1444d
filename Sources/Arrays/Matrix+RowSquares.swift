extension Matrix<Double> {
  /// ‖x_i‖² of each row.
  public var rowSquares: [Double] { rowSquares { elements[$0] } }

  /// ‖x_i − y_i‖² of each row and that of `other`.
  ///
  /// - Precondition: the shapes are equal.
  public func rowSquares(minus other: Matrix) -> [Double] {
    precondition(
      rows == other.rows && columns == other.columns,
      "\(rows) x \(columns) minus \(other.rows) x \(other.columns)")
    return rowSquares { elements[$0] - other.elements[$0] }
  }

  private func rowSquares(_ element: (Int) -> Double) -> [Double] {
    (0..<rows).map { i in
      var sum = 0.0
      for k in i * columns..<(i + 1) * columns {
        let value = element(k)
        sum += value * value
      }
      return sum
    }
  }
}
