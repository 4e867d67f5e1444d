extension Matrix {
  /// Calls `body` for each block of at most `grain` rows with a mutable view of that block and
  /// returns the results in the order of the blocks.
  ///
  /// The blocks depend on `rows` and `grain` only, and different calls see different memory.
  public mutating func mapRowBlocks<T: Sendable>(
    grain: Int, _ body: @Sendable (Range<Int>, inout MutableSpan<Element>) -> T
  ) -> [T] {
    let columns = columns
    let blocks = Parallel.blocks(of: rows, grain: grain)
    return unsafe elements.withUnsafeMutableBufferPointer { buffer in
      let all = unsafe Unchecked(buffer)
      return Parallel.map(blocks.count) { b in
        let range = blocks[b]
        let part = unsafe UnsafeMutableBufferPointer(
          rebasing: all.value[range.lowerBound * columns..<range.upperBound * columns])
        var span = unsafe part.mutableSpan
        return body(range, &span)
      }
    }
  }
}
