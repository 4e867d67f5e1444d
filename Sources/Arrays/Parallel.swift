import Synchronization

/// Data parallelism whose results never depend on the number of threads.
///
/// Work is cut into pieces by its size alone; threads only decide who does which piece. Partial
/// sums must be combined in the order of the pieces, which `map` makes easy.
public enum Parallel {
  private static let limit = Atomic<Int>(0)
  private static let busy = Atomic<Bool>(false)

  /// The number of processors that this process may use.
  public static let processorCount = systemProcessorCount()

  /// How many threads parallel loops use; 1 runs everything on the caller.
  ///
  /// - Precondition: a new value is at least 1.
  public static var threadCount: Int {
    get {
      let chosen = limit.load(ordering: .relaxed)
      return chosen > 0 ? chosen : processorCount
    }
    set {
      precondition(newValue >= 1, "thread count \(newValue)")
      limit.store(newValue, ordering: .relaxed)
    }
  }

  /// Calls `body` once for each index below `count`, on several threads where that helps.
  ///
  /// A loop inside another parallel loop runs on its caller's thread.
  public static func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
    let workers = min(threadCount, count)
    let claimed =
      workers > 1
      && busy.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing)
        .exchanged
    guard claimed else {
      for i in 0..<count { body(i) }
      return
    }
    defer { busy.store(false, ordering: .releasing) }
    ThreadPool.shared.run(count, helpers: workers - 1, body)
  }

  /// The results of `body` for each index below `count`, in order.
  // Inlinable: not specialised for T, taking the optionals off costs as much as a cheap body.
  @inlinable
  public static func map<T: Sendable>(_ count: Int, _ body: @Sendable (Int) -> T) -> [T] {
    var results = [T?](repeating: nil, count: count)
    unsafe results.withUnsafeMutableBufferPointer { buffer in
      let slots = unsafe Unchecked(buffer)
      forEach(count) { i in unsafe slots.value[i] = body(i) }
    }
    return results.map { result in
      guard let result else { preconditionFailure("an index without a result") }
      return result
    }
  }

  /// The ranges of at most `grain` indices that cover `0..<count` in order.
  public static func blocks(of count: Int, grain: Int) -> [Range<Int>] {
    precondition(grain > 0, "grain \(grain)")
    return stride(from: 0, to: count, by: grain).map { $0..<min($0 + grain, count) }
  }
}

extension Matrix {
  /// A matrix that `body` sets block by block, each of at most `grain` rows.
  ///
  /// Memory holds nothing before: filling it with zeros, on one thread, took a tenth of the time of a score. What
  /// `body` leaves out is undefined; else it is as `forEachRowBlock`.
  package init(
    rows: Int, columns: Int, grain: Int,
    setting body: @Sendable (Range<Int>, inout MutableSpan<Element>) -> Void
  ) {
    let blocks = Parallel.blocks(of: rows, grain: grain)
    let elements = unsafe [Element](unsafeUninitializedCapacity: rows * columns) { buffer, count in
      count = rows * columns
      unsafe Self.forEach(blocks, columns: columns, buffer, body)
    }
    self.init(rows: rows, columns: columns, elements: elements)
  }

  /// Calls `body` for each block of at most `grain` rows with a mutable view of that block.
  ///
  /// The blocks depend on `rows` and `grain` only, and different calls see different memory.
  public mutating func forEachRowBlock(
    grain: Int, _ body: @Sendable (Range<Int>, inout MutableSpan<Element>) -> Void
  ) {
    let columns = columns
    let blocks = Parallel.blocks(of: rows, grain: grain)
    unsafe elements.withUnsafeMutableBufferPointer { buffer in
      unsafe Self.forEach(blocks, columns: columns, buffer, body)
    }
  }

  private static func forEach(
    _ blocks: [Range<Int>], columns: Int, _ elements: UnsafeMutableBufferPointer<Element>,
    _ body: @Sendable (Range<Int>, inout MutableSpan<Element>) -> Void
  ) {
    let all = unsafe Unchecked(elements)
    Parallel.forEach(blocks.count) { b in
      let range = blocks[b]
      let part = unsafe UnsafeMutableBufferPointer(
        rebasing: all.value[range.lowerBound * columns..<range.upperBound * columns])
      var span = unsafe part.mutableSpan
      body(range, &span)
    }
  }
}

/// Promises that threads use disjoint parts of what `value` points to.
@unsafe @usableFromInline struct Unchecked<Value>: @unchecked Sendable {
  @usableFromInline let value: Value
  @inlinable init(_ value: Value) { unsafe self.value = value }
}
