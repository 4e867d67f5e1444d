internal import _CKernels

/// Safe doors to the C kernels of dense layers on matrices that lie in panels; every size is checked.
///
/// A matrix in panels has 16 columns to a panel, in each panel one row after the other; rows fill up to a
/// multiple of 4, columns to one of 16. No result depends on what fills up.
public enum PanelKernels {
  /// Columns of `columns` columns in whole panels.
  public static func width(_ columns: Int) -> Int { roundedUp(columns, FD_PANEL_COLUMNS) }

  /// Room for a matrix in panels.
  public static func count(rows: Int, columns: Int) -> Int {
    roundedUp(rows, FD_PANEL_ROWS) * width(columns)
  }

  /// Room for a layer's weights and biases as `forward` reads them.
  public static func forwardCount(inputs: Int, outputs: Int) -> Int {
    width(outputs) * (inputs + 1)
  }

  /// Room for a layer's weights as `backward` reads them.
  public static func backwardCount(inputs: Int, outputs: Int) -> Int { width(inputs) * outputs }

  private static func roundedUp(_ count: Int, _ multiple: Int) -> Int {
    (count + multiple - 1) / multiple * multiple
  }

  /// panels ← x, rows × columns without gaps.
  public static func load(
    _ x: Span<Float>, rows: Int, columns: Int, into panels: inout MutableSpan<Float>
  ) {
    precondition(
      x.count == rows * columns && panels.count == count(rows: rows, columns: columns),
      "\(x.count) numbers into \(panels.count) for \(rows) x \(columns)")
    unsafe panels.withUnsafeMutableBufferPointer { panels in
      unsafe x.withUnsafeBufferPointer { x in
        guard let from = x.baseAddress, let to = panels.baseAddress else { return }
        unsafe fd_panels_from_rows(rows, columns, from, to)
      }
    }
  }

  /// x ← panels, rows × columns without gaps.
  public static func unload(
    _ panels: Span<Float>, rows: Int, columns: Int, into x: inout MutableSpan<Float>
  ) {
    precondition(
      x.count == rows * columns && panels.count == count(rows: rows, columns: columns),
      "\(panels.count) into \(x.count) numbers for \(rows) x \(columns)")
    unsafe x.withUnsafeMutableBufferPointer { x in
      unsafe panels.withUnsafeBufferPointer { panels in
        guard let from = panels.baseAddress, let to = x.baseAddress else { return }
        unsafe fd_rows_from_panels(rows, columns, from, to)
      }
    }
  }

  /// packed ← weights, outputs × inputs, and biases as `forward` reads them; no biases count as 0.
  public static func packForForward(
    _ weights: Span<Float>, biases: Span<Float>, inputs: Int, outputs: Int,
    into packed: inout MutableSpan<Float>
  ) {
    precondition(
      weights.count == outputs * inputs && (biases.isEmpty || biases.count == outputs)
        && packed.count == forwardCount(inputs: inputs, outputs: outputs),
      "\(weights.count) weights into \(packed.count) for \(outputs) x \(inputs)")
    unsafe packed.withUnsafeMutableBufferPointer { packed in
      unsafe weights.withUnsafeBufferPointer { weights in
        unsafe biases.withUnsafeBufferPointer { biases in
          guard let from = weights.baseAddress, let to = packed.baseAddress else { return }
          let add = biases.isEmpty ? nil : biases.baseAddress
          unsafe fd_pack_for_forward(outputs, inputs, from, add, to)
        }
      }
    }
  }

  /// packed ← weights, outputs × inputs, as `backward` reads them.
  public static func packForBackward(
    _ weights: Span<Float>, inputs: Int, outputs: Int, into packed: inout MutableSpan<Float>
  ) {
    precondition(
      weights.count == outputs * inputs
        && packed.count == backwardCount(inputs: inputs, outputs: outputs),
      "\(weights.count) weights into \(packed.count) for \(outputs) x \(inputs)")
    unsafe packed.withUnsafeMutableBufferPointer { packed in
      unsafe weights.withUnsafeBufferPointer { weights in
        guard let from = weights.baseAddress, let to = packed.baseAddress else { return }
        unsafe fd_pack_for_backward(outputs, inputs, from, to)
      }
    }
  }

  /// y ← r(x Wᵀ + b), or y + x Wᵀ + b with `adding`, which goes with no rectifier.
  ///
  /// - Parameters:
  ///   - x: rows × inputs, in panels.
  ///   - packed: W and b, by `packForForward`.
  ///   - y: rows × outputs, in panels.
  public static func forward(
    _ x: Span<Float>, _ packed: Span<Float>, rows: Int, inputs: Int, outputs: Int,
    rectifier: TrainingKernels.Rectifier = .none, adding: Bool = false,
    into y: inout MutableSpan<Float>
  ) {
    precondition(
      x.count == count(rows: rows, columns: inputs)
        && y.count == count(rows: rows, columns: outputs)
        && packed.count == forwardCount(inputs: inputs, outputs: outputs)
        && (!adding || rectifier == .none),
      "\(rows) x \(inputs) to \(outputs): \(x.count), \(packed.count), \(y.count)")
    unsafe y.withUnsafeMutableBufferPointer { y in
      unsafe x.withUnsafeBufferPointer { x in
        unsafe packed.withUnsafeBufferPointer { packed in
          guard let x = x.baseAddress, let packed = packed.baseAddress, let y = y.baseAddress
          else { return }
          unsafe fd_dense_forward(
            rows, inputs, outputs, x, packed, rectifier.rawValue, adding ? 1 : 0, y)
        }
      }
    }
  }

  /// to ← (gradient W) ∘ r′, r′ from the rectifier's values, or to + gradient W with `adding`, which goes
  /// with no rectifier.
  ///
  /// - Parameters:
  ///   - gradient: rows × outputs, in panels.
  ///   - packed: W, by `packForBackward`.
  ///   - values: rows × inputs, in panels.
  ///   - to: rows × inputs, in panels.
  public static func backward(
    _ gradient: Span<Float>, _ packed: Span<Float>, rows: Int, inputs: Int, outputs: Int,
    rectifier: TrainingKernels.Rectifier = .none, values: Span<Float>, adding: Bool = false,
    into to: inout MutableSpan<Float>
  ) {
    precondition(
      gradient.count == count(rows: rows, columns: outputs)
        && to.count == count(rows: rows, columns: inputs) && values.count == to.count
        && packed.count == backwardCount(inputs: inputs, outputs: outputs)
        && (!adding || rectifier == .none),
      "\(rows) x \(outputs) back to \(inputs): \(gradient.count), \(packed.count), \(to.count)")
    unsafe to.withUnsafeMutableBufferPointer { to in
      unsafe gradient.withUnsafeBufferPointer { gradient in
        unsafe packed.withUnsafeBufferPointer { packed in
          unsafe values.withUnsafeBufferPointer { values in
            guard let gradient = gradient.baseAddress, let packed = packed.baseAddress,
              let values = values.baseAddress, let to = to.baseAddress
            else { return }
            unsafe fd_dense_backward(
              rows, outputs, inputs, gradient, packed, rectifier.rawValue, values, adding ? 1 : 0,
              to)
          }
        }
      }
    }
  }

  /// weights ← gradientᵀ x, or weights + gradientᵀ x with `adding`.
  ///
  /// - Parameters:
  ///   - gradient: rows × outputs, in panels.
  ///   - x: rows × inputs, in panels.
  ///   - weights: outputs × inputs, in rows without gaps.
  public static func weightGradient(
    _ gradient: Span<Float>, _ x: Span<Float>, rows: Int, inputs: Int, outputs: Int, adding: Bool,
    into weights: inout MutableSpan<Float>
  ) {
    precondition(
      gradient.count == count(rows: rows, columns: outputs)
        && x.count == count(rows: rows, columns: inputs) && weights.count == outputs * inputs,
      "\(rows) x \(outputs) and \(inputs): \(gradient.count), \(x.count), \(weights.count)")
    unsafe weights.withUnsafeMutableBufferPointer { weights in
      unsafe gradient.withUnsafeBufferPointer { gradient in
        unsafe x.withUnsafeBufferPointer { x in
          guard let gradient = gradient.baseAddress, let x = x.baseAddress,
            let weights = weights.baseAddress
          else { return }
          unsafe fd_dense_weight_gradient(
            rows, outputs, inputs, gradient, x, adding ? 1 : 0, weights)
        }
      }
    }
  }

  /// sums ← the column sums of `x`, rows × columns in panels; first row first, filled up to whole panels.
  public static func columnSums(
    _ x: Span<Float>, rows: Int, columns: Int, into sums: inout MutableSpan<Float>
  ) {
    precondition(
      x.count == count(rows: rows, columns: columns) && sums.count == width(columns),
      "\(x.count) numbers into \(sums.count) sums for \(rows) x \(columns)")
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      unsafe x.withUnsafeBufferPointer { x in
        guard let from = x.baseAddress, let to = sums.baseAddress else { return }
        unsafe fd_panel_sums(rows, columns, from, to)
      }
    }
  }

  /// gradient ← scale (prediction − target); returns Σ (prediction − target)² in double precision.
  ///
  /// - Parameters:
  ///   - prediction: rows × columns, in panels.
  ///   - target: rows × columns, in rows without gaps.
  ///   - gradient: rows × columns, in panels, filled up with 0.
  public static func squaredError(
    _ prediction: Span<Float>, _ target: Span<Float>, rows: Int, columns: Int, scale: Float,
    gradient: inout MutableSpan<Float>
  ) -> Double {
    precondition(
      prediction.count == count(rows: rows, columns: columns)
        && gradient.count == prediction.count && target.count == rows * columns,
      "\(prediction.count) and \(target.count) for \(rows) x \(columns)")
    return unsafe gradient.withUnsafeMutableBufferPointer { gradient in
      unsafe prediction.withUnsafeBufferPointer { prediction in
        unsafe target.withUnsafeBufferPointer { target in
          guard let p = prediction.baseAddress, let t = target.baseAddress,
            let g = gradient.baseAddress
          else { return 0 }
          return unsafe fd_panel_squared_error(rows, columns, p, t, scale, g)
        }
      }
    }
  }
}

extension MutableSpan<Float> {
  /// Calls `body` with views of two ranges and a mutable view of a third, which must overlap neither.
  public mutating func withDisjoint(
    reading: Range<Int>, _ other: Range<Int>, writing: Range<Int>,
    _ body: (Span<Float>, Span<Float>, inout MutableSpan<Float>) -> Void
  ) {
    let all = 0..<count
    precondition(
      [reading, other, writing].allSatisfy { $0.clamped(to: all) == $0 }
        && !reading.overlaps(writing) && !other.overlaps(writing),
      "\(reading), \(other) and \(writing) of \(count)")
    unsafe withUnsafeMutableBufferPointer { buffer in
      let first = unsafe UnsafeBufferPointer(rebasing: buffer[reading])
      let second = unsafe UnsafeBufferPointer(rebasing: buffer[other])
      let target = unsafe UnsafeMutableBufferPointer(rebasing: buffer[writing])
      var span = unsafe target.mutableSpan
      body(unsafe first.span, unsafe second.span, &span)
    }
  }
}
