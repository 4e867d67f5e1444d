package import Arrays
package import Stability

/// The energy distance 2E‖X − Y‖ − E‖X − X'‖ − E‖Y − Y'‖ (Székely and Rizzo, 2013), 0 only for equal laws.
package enum EnergyDistance {
  /// Sets of samples whose scatter gives the standard error.
  static let blockCount = 16

  /// An unbiased estimate from samples that come in pairs by rows.
  ///
  /// The mean over pairs i ≠ j of h = ‖x_i − y_j‖ + ‖x_j − y_i‖ − ‖x_i − x_j‖ − ‖y_i − y_j‖, a U-statistic of
  /// the pairs (x_i, y_i), in each of 16 blocks of rows. Rows of different blocks are independent, so
  /// the blocks' scatter is a fair standard error even where the two laws agree and the U-statistic
  /// degenerates. It may be negative then.
  ///
  /// - Precondition: each block has two rows at least.
  package static func estimate(_ x: Matrix<Double>, _ y: Matrix<Double>) -> Estimate {
    precondition(
      x.rows == y.rows && x.rows >= 2 * blockCount, "\(x.rows) and \(y.rows) samples")
    let values = Parallel.map(blockCount) { b in
      blockValue(x, y, b * x.rows / blockCount..<(b + 1) * x.rows / blockCount)
    }
    return Estimate(meanOf: values)
  }

  /// The U-statistic of the rows in a range.
  package static func blockValue(
    _ x: Matrix<Double>, _ y: Matrix<Double>, _ rows: Range<Int>
  ) -> Double {
    let d = x.columns
    let (xs, ys) = (x.elements.span, y.elements.span)
    func distance(_ a: Span<Double>, _ i: Int, _ b: Span<Double>, _ j: Int) -> Double {
      var sum = 0.0
      for k in 0..<d {
        let difference = a[i * d + k] - b[j * d + k]
        sum += difference * difference
      }
      return sum.squareRoot()
    }
    var sum = 0.0
    for i in rows {
      for j in i + 1..<rows.upperBound {
        // Differences first: all four are close where the sampler is good.
        sum += distance(xs, i, ys, j) - distance(xs, i, xs, j)
        sum += distance(ys, i, xs, j) - distance(ys, i, ys, j)
      }
    }
    let n = Double(rows.count)
    return sum / (0.5 * n * (n - 1))
  }
}
