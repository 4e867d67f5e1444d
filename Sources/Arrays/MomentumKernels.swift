internal import _CKernels

/// Steps of momentum on one part of flat arrays, in parallel; see `TrainingKernels.grain`.
extension TrainingKernels {
  /// m ← μ m + (1 − μ) g, then u = (1 − μ) g + μ m, Nesterov's look ahead.
  ///
  /// - Parameters:
  ///   - range: the part of g and m.
  ///   - ahead: u, as many numbers as the range.
  public static func momentum(
    _ mu: Float, gradient: [Float], momentum: inout [Float], in range: Range<Int>,
    ahead: inout [Float]
  ) {
    precondition(
      gradient.count == momentum.count && range.clamped(to: gradient.indices) == range
        && ahead.count == range.count,
      "\(range) of \(gradient.count) gradients and \(momentum.count) moments")
    unsafe ahead.withUnsafeMutableBufferPointer { u in
      unsafe momentum.withUnsafeMutableBufferPointer { m in
        unsafe gradient.withUnsafeBufferPointer { g in
          guard let u = u.baseAddress, let m = m.baseAddress, let g = g.baseAddress else { return }
          let p = unsafe Unchecked((g + range.lowerBound, m + range.lowerBound, u))
          forEachGrain(of: range.count) { first, count in
            unsafe fd_momentum(
              count, mu, p.value.0 + first, p.value.1 + first, p.value.2 + first)
          }
        }
      }
    }
  }

  /// x ← factor x.
  public static func scale(_ x: inout [Float], by factor: Float) {
    unsafe x.withUnsafeMutableBufferPointer { x in
      guard let base = x.baseAddress else { return }
      let p = unsafe Unchecked(base)
      forEachGrain(of: x.count) { first, count in
        unsafe fd_scale(count, factor, p.value + first)
      }
    }
  }

  /// x ← x + share (y − x).
  public static func approach(_ x: inout [Float], _ y: [Float], by share: Float) {
    let count = x.count
    precondition(y.count == count, "\(count) and \(y.count) numbers")
    unsafe x.withUnsafeMutableBufferPointer { x in
      unsafe y.withUnsafeBufferPointer { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        let p = unsafe Unchecked((x, y))
        forEachGrain(of: count) { first, count in
          unsafe fd_approach(count, share, p.value.1 + first, p.value.0 + first)
        }
      }
    }
  }

  /// p ← decay p − rate x for a range of p, clamped to [−bound, bound]; NaN stays NaN.
  ///
  /// - Parameter x: as many numbers as the range.
  public static func boundedStep(
    _ parameters: inout [Float], in range: Range<Int>, along x: [Float], rate: Float, decay: Float,
    bound: Float
  ) {
    precondition(
      range.clamped(to: parameters.indices) == range && x.count == range.count,
      "\(x.count) numbers for \(range) of \(parameters.count)")
    unsafe parameters.withUnsafeMutableBufferPointer { parameters in
      unsafe x.withUnsafeBufferPointer { x in
        guard let to = parameters.baseAddress, let x = x.baseAddress else { return }
        let p = unsafe Unchecked((x, to + range.lowerBound))
        forEachGrain(of: range.count) { first, count in
          unsafe fd_bounded_step(
            count, decay, rate, bound, p.value.0 + first, p.value.1 + first)
        }
      }
    }
  }

  /// Calls `body` in parallel with the first index and the length of each grain.
  private static func forEachGrain(of count: Int, _ body: @Sendable (Int, Int) -> Void) {
    Parallel.forEach((count + grain - 1) / grain) { block in
      body(block * grain, min(grain, count - block * grain))
    }
  }
}
