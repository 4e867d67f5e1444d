extension Array where Element: Sendable {
  /// Calls `body` in parallel with the number and a mutable view of each element.
  public mutating func forEachElement(_ body: @Sendable (Int, inout Element) -> Void) {
    unsafe withUnsafeMutableBufferPointer { buffer in
      let all = unsafe Unchecked(buffer)
      Parallel.forEach(buffer.count) { i in unsafe body(i, &all.value[i]) }
    }
  }
}
