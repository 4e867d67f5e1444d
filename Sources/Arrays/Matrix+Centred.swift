extension Matrix<Double> {
  /// The matrix with the mean of each column taken off, and the means.
  public var centred: (matrix: Matrix, means: [Double]) {
    var means = [Double](repeating: 0, count: columns)
    for i in 0..<rows {
      for j in 0..<columns { means[j] += self[i, j] / Double(rows) }
    }
    var result = self
    for i in 0..<rows {
      for j in 0..<columns { result[i, j] -= means[j] }
    }
    return (result, means)
  }
}
