public import Arrays

extension SparseNetwork {
  /// The network's values at the rows of `x`, in double precision.
  ///
  /// - Parameter x: samples × input dimension.
  /// - Returns: samples × output dimension, the same bits for every number of threads.
  public func callAsFunction(_ x: Matrix<Double>) -> Matrix<Double> { evaluate(x) }

  /// The network's values at the rows of `x` in single precision, weights rounded to it.
  ///
  /// - Parameter x: samples × input dimension.
  /// - Returns: samples × output dimension.
  public func callAsFunction(_ x: Matrix<Float>) -> Matrix<Float> { evaluate(x) }

  /// Sixteen samples at a time, so that one weight serves sixteen lanes.
  private func evaluate<Element: BinaryFloatingPoint & SIMDScalar & Sendable>(
    _ x: Matrix<Element>
  ) -> Matrix<Element> {
    precondition(x.columns == inputDimension, "\(x.columns) columns for \(inputDimension) inputs")
    let outputs = outputDimension
    let rounded = layers.map { ($0.values.map { Element($0) }, $0.biases.map { Element($0) }) }
    var result = Matrix<Element>(rows: x.rows, columns: outputs)
    result.forEachRowBlock(grain: 16) { rows, block in
      var state = (0..<x.columns).map { column in
        var lanes = SIMD16<Element>(repeating: 0)
        for (lane, row) in rows.enumerated() { lanes[lane] = x[row, column] }
        return lanes
      }
      for (layer, numbers) in zip(layers, rounded) {
        state = layer.apply(to: state, weights: numbers.0, biases: numbers.1)
      }
      for lane in 0..<rows.count {
        for j in 0..<outputs { block[lane * outputs + j] = state[j][lane] }
      }
    }
    return result
  }
}

extension SparseNetwork.Layer {
  fileprivate func apply<Element: BinaryFloatingPoint & SIMDScalar>(
    to state: [SIMD16<Element>], weights: [Element], biases: [Element]
  ) -> [SIMD16<Element>] {
    var next: [SIMD16<Element>] = []
    next.reserveCapacity(neurons)
    let zero = SIMD16<Element>(repeating: 0)
    for i in 0..<neurons {
      var sum = SIMD16<Element>(repeating: biases[i])
      for place in rowStarts[i]..<rowStarts[i + 1] {
        sum += state[columns[place]] * weights[place]
      }
      switch activations[i] {
      case .identity: break
      // Not max(sum, 0): NaN must stay NaN.
      case .relu: sum.replace(with: zero, where: sum .< zero)
      case .requ:
        sum.replace(with: zero, where: sum .< zero)
        sum *= sum
      }
      next.append(sum)
    }
    return next
  }
}
