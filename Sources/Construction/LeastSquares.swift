/// Small dense least-squares problems.
enum LeastSquares {
  /// The x that makes Σ weight² (row · x − target)² smallest.
  ///
  /// Modified Gram–Schmidt with the target as one more column (Björck, 1967), twice for the sake of
  /// nearly dependent columns.
  static func solve(_ rows: [[Double]], target: [Double], weights: [Double]) -> [Double] {
    let count = rows[0].count
    var columns = (0..<count).map { j in zip(rows, weights).map { $0[j] * $1 } }
    var rest = zip(target, weights).map(*)
    var triangle = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    var right = [Double](repeating: 0, count: count)
    for j in 0..<count {
      for _ in 0..<2 {
        for i in 0..<j {
          let part = dot(columns[i], columns[j])
          triangle[i][j] += part
          for n in rest.indices { columns[j][n] -= part * columns[i][n] }
        }
      }
      let length = dot(columns[j], columns[j]).squareRoot()
      triangle[j][j] = length
      for n in rest.indices { columns[j][n] /= length }
      right[j] = dot(columns[j], rest)
      for n in rest.indices { rest[n] -= right[j] * columns[j][n] }
    }
    for j in (0..<count).reversed() {
      for i in j + 1..<count { right[j] -= triangle[j][i] * right[i] }
      right[j] /= triangle[j][j]
    }
    return right
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
