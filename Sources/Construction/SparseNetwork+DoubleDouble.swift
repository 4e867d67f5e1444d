public import Arrays
public import Networks

extension SparseNetwork {
  /// The network's values at the rows of `x`, computed with about 32 digits and then rounded.
  ///
  /// Certificates are for exact arithmetic on the stored coefficients; this tells what they say
  /// from what rounding in evaluation adds. Slow: for a few samples.
  ///
  /// - Parameter x: samples × input dimension.
  /// - Returns: samples × output dimension.
  public func inDoubleDouble(_ x: Matrix<Double>) -> Matrix<Double> {
    precondition(x.columns == inputDimension, "\(x.columns) columns for \(inputDimension) inputs")
    var result = Matrix<Double>(rows: x.rows, columns: outputDimension)
    result.forEachRowBlock(grain: 1) { rows, block in
      for (n, row) in rows.enumerated() {
        var state = x[row: row].map { DoubleDouble($0) }
        for layer in layers { state = layer.inDoubleDouble(state) }
        for (j, value) in state.enumerated() { block[n * state.count + j] = value.value }
      }
    }
    return result
  }
}

extension SparseNetwork.Layer {
  fileprivate func inDoubleDouble(_ state: [DoubleDouble]) -> [DoubleDouble] {
    (0..<neurons).map { i in
      var sum = DoubleDouble(biases[i])
      for place in rowStarts[i]..<rowStarts[i + 1] {
        sum = sum + values[place] * state[columns[place]]
      }
      if activations[i] != .identity, sum.high < 0 { sum = DoubleDouble(0) }
      return activations[i] == .requ ? sum * sum : sum
    }
  }
}
