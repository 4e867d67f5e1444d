internal import _CKernels

/// Safe doors to the C kernels that train dense layers; every size is checked.
public enum TrainingKernels {
  /// What follows an affine map.
  public enum Rectifier: Int32, Sendable {
    /// Nothing.
    case none = 0
    /// max(z, 0).
    case linear = 1
    /// max(z, 0)².
    case quadratic = 2
    /// (z + √(z² + 1))/2.
    case smooth = 3
  }

  /// gradient ← gradient ∘ r′, from the rectifier's values `a`, both in panels (`PanelKernels`).
  public static func rectifierBackward(
    _ rectifier: Rectifier, values a: Span<Float>, _ gradient: inout MutableSpan<Float>
  ) {
    precondition(
      a.count == gradient.count && a.count == PanelKernels.width(a.count),
      "\(a.count) values, \(gradient.count) gradients")
    unsafe gradient.withUnsafeMutableBufferPointer { gradient in
      unsafe a.withUnsafeBufferPointer { a in
        guard let from = a.baseAddress, let to = gradient.baseAddress else { return }
        unsafe fd_rectify_backward(a.count, rectifier.rawValue, from, to)
      }
    }
  }
}

extension Gemm {
  /// How a matrix lies in a span: its rows begin `stride` elements apart.
  public struct Operand: Sendable {
    let stride: Int
    let transposed: Bool

    /// A matrix with this row stride, used as it is or transposed.
    public init(stride: Int, transposed: Bool = false) {
      self.stride = stride
      self.transposed = transposed
    }

    /// The elements that op(x) of the given shape reaches.
    func extent(_ rows: Int, _ columns: Int) -> Int {
      let (rows, columns) = transposed ? (columns, rows) : (rows, columns)
      precondition(stride >= columns, "stride \(stride) below \(columns) columns")
      return rows == 0 ? 0 : (rows - 1) * stride + columns
    }
  }

  /// c = op(a) op(b) + beta c on spans, single precision, on the caller's thread: for use inside
  /// parallel loops.
  ///
  /// Shapes: op(a) is m×k, op(b) is k×n, c is m×n without gaps.
  public static func multiplySerially(
    m: Int, n: Int, k: Int, _ a: Span<Float>, _ layoutA: Operand, _ b: Span<Float>,
    _ layoutB: Operand, into c: inout MutableSpan<Float>, beta: Float = 0
  ) {
    precondition(
      a.count >= layoutA.extent(m, k) && b.count >= layoutB.extent(k, n) && c.count >= m * n,
      "spans of \(a.count), \(b.count), \(c.count) for \(m) x \(k) times \(k) x \(n)")
    if m == 0 || n == 0 { return }
    BLAS.start()
    unsafe c.withUnsafeMutableBufferPointer { c in
      unsafe a.withUnsafeBufferPointer { a in
        unsafe b.withUnsafeBufferPointer { b in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          unsafe fd_sgemm(
            layoutA.transposed ? 1 : 0, layoutB.transposed ? 1 : 0, Int32(m), Int32(n), Int32(k),
            1, a, Int32(max(1, layoutA.stride)), b, Int32(max(1, layoutB.stride)), beta, c,
            Int32(n))
        }
      }
    }
  }
}

extension MutableSpan<Float> {
  /// Calls `body` with a view of one range and a mutable view of another, which must not overlap.
  public mutating func withDisjoint(
    reading: Range<Int>, writing: Range<Int>,
    _ body: (Span<Float>, inout MutableSpan<Float>) -> Void
  ) {
    precondition(
      reading.lowerBound >= 0 && writing.lowerBound >= 0 && reading.upperBound <= count
        && writing.upperBound <= count && !reading.overlaps(writing),
      "\(reading) and \(writing) of \(count)")
    unsafe withUnsafeMutableBufferPointer { buffer in
      let source = unsafe UnsafeBufferPointer(rebasing: buffer[reading])
      let target = unsafe UnsafeMutableBufferPointer(rebasing: buffer[writing])
      var span = unsafe target.mutableSpan
      body(unsafe source.span, &span)
    }
  }
}

extension Array where Element: BitwiseCopyable & Sendable {
  /// Calls `body` in parallel with the number and a mutable view of each slice.
  ///
  /// - Precondition: the slices are in ascending order and do not overlap.
  public mutating func forEachSlice(
    _ slices: [Range<Int>], _ body: @Sendable (Int, inout MutableSpan<Element>) -> Void
  ) {
    var end = 0
    for slice in slices {
      precondition(slice.lowerBound >= end && slice.upperBound <= count, "slice \(slice)")
      end = slice.upperBound
    }
    unsafe withUnsafeMutableBufferPointer { buffer in
      let all = unsafe Unchecked(buffer)
      Parallel.forEach(slices.count) { i in
        let part = unsafe UnsafeMutableBufferPointer(rebasing: all.value[slices[i]])
        var span = unsafe part.mutableSpan
        body(i, &span)
      }
    }
  }

  /// As `forEachSlice`, and returns the sum of what `body` returned, in the order of the slices.
  ///
  /// `partials` is room for one number a slice.
  public mutating func sumOverSlices(
    _ slices: [Range<Int>], partials: inout [Double],
    _ body: @Sendable (Int, inout MutableSpan<Element>) -> Double
  ) -> Double {
    precondition(partials.count == slices.count, "\(partials.count) for \(slices.count) slices")
    unsafe partials.withUnsafeMutableBufferPointer { partials in
      let partials = unsafe Unchecked(partials)
      forEachSlice(slices) { i, span in unsafe partials.value[i] = body(i, &span) }
    }
    return partials.reduce(0, +)
  }
}
