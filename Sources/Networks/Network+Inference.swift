public import Arrays

extension Network {
  /// The network's values at the rows of `x`, in single precision.
  ///
  /// Rows go through the layers in blocks of fixed size, in parallel: the same bits for every
  /// number of threads.
  ///
  /// - Parameter x: samples × input dimension.
  /// - Returns: samples × output dimension.
  public func callAsFunction(_ x: Matrix<Float>) -> Matrix<Float> {
    check(x.columns)
    var result = Matrix<Float>(rows: x.rows, columns: outputDimension)
    let grain = Tape.blockRows(batch: x.rows)
    result.forEachRowBlock(grain: grain) { rows, block in
      var tape = Tape(architecture, batch: rows.count, grain: rows.count, backward: false)
      let part = rows.lowerBound * x.columns..<rows.upperBound * x.columns
      tape.forward(self, x.elements.span.extracting(part))
      tape.copyOutput(into: &block)
    }
    return result
  }

  /// The network's values at the rows of `x`, in double precision throughout: for checks.
  ///
  /// - Parameter x: samples × input dimension.
  /// - Returns: samples × output dimension.
  public func callAsFunction(_ x: Matrix<Double>) -> Matrix<Double> {
    check(x.columns)
    var result = layers.reduce(x) { state, layer in
      var next = Gemm.product(state, transposed: layer.weights.inDoublePrecision)
      next.forEachRowBlock(grain: 256) { rows, block in
        let columns = layer.biases.count
        for i in 0..<rows.count {
          for j in 0..<columns {
            let z = block[i * columns + j] + Double(layer.biases[j])
            block[i * columns + j] = layer.activation(z)
          }
        }
      }
      return next
    }
    if let linearPath {
      Gemm.multiply(
        x, transposed: false, linearPath.inDoublePrecision, transposed: true, into: &result, beta: 1
      )
    }
    return result
  }

  private func check(_ columns: Int) {
    precondition(columns == inputDimension, "\(columns) columns for \(inputDimension) inputs")
  }
}
