import Arrays

/// What a block's slab takes from and gives to matrices in rows.
extension TapeLayout {
  /// The block's rows of `x` → one place in the slab.
  func load(_ x: Matrix<Float>, into place: Range<Int>, of slab: inout MutableSpan<Float>) {
    let source = x.elements.span.extracting(places(x.columns))
    slab.withRange(place) {
      PanelKernels.load(source, rows: rows.count, columns: x.columns, into: &$0)
    }
  }

  /// One place in the slab → the block's rows of `result`.
  func unload(_ slab: Span<Float>, _ place: Range<Int>, into result: inout Matrix<Float>) {
    let columns = result.columns
    var span = result.elements.mutableSpan
    span.withRange(places(columns)) {
      PanelKernels.unload(slab.extracting(place), rows: rows.count, columns: columns, into: &$0)
    }
  }

  /// The sum of squared errors of state `l`; its gradient, scaled, goes to that of `l`.
  func squaredError(
    _ target: Matrix<Float>, state l: Int, scale: Float, _ slab: inout MutableSpan<Float>
  ) -> Double {
    let part = target.elements.span.extracting(places(target.columns))
    var loss = 0.0
    slab.withDisjoint(reading: state(l), writing: gradient(l)) { y, gradient in
      loss = PanelKernels.squaredError(
        y, part, rows: rows.count, columns: target.columns, scale: scale, gradient: &gradient)
    }
    return loss
  }

  /// The block's rows in a matrix of this many columns.
  private func places(_ columns: Int) -> Range<Int> {
    rows.lowerBound * columns..<rows.upperBound * columns
  }
}
