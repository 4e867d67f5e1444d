public import Arrays

extension SparseNetwork {
  /// The network's values at the rows of `x`, in double precision.
  ///
  /// - Parameter x: samples × input dimension.
  /// - Returns: samples × output dimension, the same bits for every number of threads.
  public func callAsFunction(_ x: Matrix<Double>) -> Matrix<Double> {
    evaluate(x) { layer, state in
      SparseKernels.affine(
        rowStarts: layer.rowStarts, columns: layer.columns, weights: layer.values,
        biases: layer.biases, state: state)
    }
  }

  /// The network's values at the rows of `x` in single precision, weights rounded to it.
  ///
  /// - Parameter x: samples × input dimension.
  /// - Returns: samples × output dimension.
  public func callAsFunction(_ x: Matrix<Float>) -> Matrix<Float> {
    evaluate(x) { layer, state in
      SparseKernels.affine(
        rowStarts: layer.rowStarts, columns: layer.columns,
        weights: layer.values.map(Float.init), biases: layer.biases.map(Float.init), state: state)
    }
  }

  /// A block of samples at a time, so that one weight serves all of them.
  private func evaluate<Element: BinaryFloatingPoint & Sendable>(
    _ x: Matrix<Element>, _ affine: @Sendable (Layer, [Element]) -> [Element]
  ) -> Matrix<Element> {
    precondition(x.columns == inputDimension, "\(x.columns) columns for \(inputDimension) inputs")
    let (outputs, lanes) = (outputDimension, SparseKernels.lanes)
    var result = Matrix<Element>(rows: x.rows, columns: outputs)
    result.forEachRowBlock(grain: lanes) { rows, block in
      var state = [Element](repeating: 0, count: x.columns * lanes)
      for (lane, row) in rows.enumerated() {
        for column in 0..<x.columns { state[column * lanes + lane] = x[row, column] }
      }
      for layer in layers {
        state = affine(layer, state)
        layer.activate(&state, lanes: lanes)
      }
      for lane in 0..<rows.count {
        for j in 0..<outputs { block[lane * outputs + j] = state[j * lanes + lane] }
      }
    }
    return result
  }
}

extension SparseNetwork.Layer {
  fileprivate func activate<Element: BinaryFloatingPoint>(_ state: inout [Element], lanes: Int) {
    for (i, activation) in activations.enumerated() where activation != .identity {
      for place in i * lanes..<(i + 1) * lanes {
        // Not max(z, 0): NaN must stay NaN.
        let z = state[place] < 0 ? 0 : state[place]
        state[place] =
          switch activation {
          case .identity: state[place]
          case .relu: z
          case .requ: z * z
          case .squareplus: Element(activation(Double(state[place])))
          }
      }
    }
  }
}
