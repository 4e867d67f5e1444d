extension MutableSpan where Element: BitwiseCopyable {
  /// Calls `body` with a mutable view of the elements in `range`.
  public mutating func withRange<Result>(
    _ range: Range<Int>, _ body: (inout MutableSpan<Element>) -> Result
  ) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count)")
    return unsafe withUnsafeMutableBufferPointer { buffer in
      let part = unsafe UnsafeMutableBufferPointer(rebasing: buffer[range])
      var span = unsafe part.mutableSpan
      return body(&span)
    }
  }

  /// Copies `source` over this span's first elements.
  public mutating func copy(_ source: Span<Element>) {
    precondition(source.count <= count, "\(source.count) elements into \(count)")
    // Measured: called from another module, a loop over the elements is not specialised.
    unsafe withUnsafeMutableBytes { target in
      unsafe source.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }
  }
}

extension MutableSpan<Double> {
  /// Copies those rows of `source`, of `columns` numbers each, for which `chosen` holds.
  public mutating func copyRows(_ source: Span<Double>, columns: Int, where chosen: [Bool]) {
    precondition(
      source.count == count && count == chosen.count * columns,
      "\(source.count) numbers into \(chosen.count) rows of \(columns)")
    unsafe withUnsafeMutableBufferPointer { target in
      unsafe source.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for i in chosen.indices where chosen[i] {
          unsafe (to + i * columns).update(from: from + i * columns, count: columns)
        }
      }
    }
  }
}
