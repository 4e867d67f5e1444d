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
    var packed = PackedLayers(
      architecture.layers, linearPath: architecture.linearPath, backward: false)
    packed.pack(parameters)
    let (layers, columns) = (packed, outputDimension)
    var result = Matrix<Float>(rows: x.rows, columns: columns)
    result.forEachRowBlock(grain: Tape.blockRows(batch: x.rows)) { rows, block in
      let layout = TapeLayout(architecture, rows: rows)
      var slab = [Float](repeating: 0, count: layout.slab.count)
      var span = slab.mutableSpan
      layout.load(x, into: layout.state(0), of: &span)
      layers.forward(layout, &span)
      PanelKernels.unload(
        slab.span.extracting(layout.state(architecture.depth)), rows: rows.count,
        columns: columns, into: &block)
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
