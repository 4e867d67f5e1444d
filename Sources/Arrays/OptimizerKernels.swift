internal import _CKernels

/// The scalars of one AdamW step, already corrected for the step number.
public struct AdamWConstants: Sendable {
  /// Factor of the gradient, from clipping.
  public var gradientScale: Float = 1
  /// Factor of the parameters: 1 − learning rate · weight decay.
  public var decay: Float = 1
  /// β₁ and β₂, the decay rates of the moments.
  public var beta: (Double, Double)
  /// 1/√(1 − β₂ᵗ).
  public var inverseSecondRoot: Float
  /// ε, added to the root of the second moment.
  public var epsilon: Float
  /// Learning rate / (1 − β₁ᵗ).
  public var stepSize: Float
  /// Parameters are clamped to [−bound, bound].
  public var bound: Float = .infinity

  /// The constants of a step without clipping, decay and clamping.
  public init(beta: (Double, Double), inverseSecondRoot: Float, epsilon: Float, stepSize: Float) {
    self.beta = beta
    self.inverseSecondRoot = inverseSecondRoot
    self.epsilon = epsilon
    self.stepSize = stepSize
  }
}

extension TrainingKernels {
  /// Elements of a flat array that one thread takes at a time.
  static let grain = 1 << 16

  /// One AdamW step on a range of flat arrays of the same length, in parallel.
  ///
  /// - Parameter range: the parameters that take the step; nil: all.
  public static func adamW(
    _ constants: AdamWConstants, gradient: [Float], parameters: inout [Float],
    firstMoment: inout [Float], secondMoment: inout [Float], in range: Range<Int>? = nil
  ) {
    let all = gradient.indices
    precondition(
      parameters.indices == all && firstMoment.indices == all && secondMoment.indices == all,
      "\(all.count) gradients for \(parameters.count) parameters")
    let range = range ?? all
    precondition(range.clamped(to: all) == range, "\(range) of \(all.count) parameters")
    let c = fd_adamw_constants(
      gradient_scale: constants.gradientScale, decay: constants.decay,
      one_minus_beta1: Float(1 - constants.beta.0), beta2: Float(constants.beta.1),
      one_minus_beta2: Float(1 - constants.beta.1),
      inverse_second_root: constants.inverseSecondRoot, epsilon: constants.epsilon,
      step_size: constants.stepSize, bound: constants.bound)
    unsafe parameters.withUnsafeMutableBufferPointer { p in
      unsafe firstMoment.withUnsafeMutableBufferPointer { m in
        unsafe secondMoment.withUnsafeMutableBufferPointer { v in
          unsafe gradient.withUnsafeBufferPointer { g in
            guard let p = p.baseAddress, let m = m.baseAddress, let v = v.baseAddress,
              let g = g.baseAddress
            else { return }
            let all = unsafe Unchecked((g, p, m, v))
            Parallel.forEach((range.count + grain - 1) / grain) { block in
              let first = range.lowerBound + block * grain
              var c = c
              unsafe fd_adamw(
                min(grain, range.upperBound - first), &c, all.value.0 + first, all.value.1 + first,
                all.value.2 + first, all.value.3 + first)
            }
          }
        }
      }
    }
  }

  /// Σ x² over a range (nil: all), in double precision and in an order that depends on the range alone.
  public static func sumOfSquares(_ x: [Float], in range: Range<Int>? = nil) -> Double {
    var sum = 0.0
    let range = range ?? x.indices
    precondition(range.clamped(to: x.indices) == range, "\(range) of \(x.count)")
    unsafe x.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      let base = unsafe start + range.lowerBound
      let count = range.count
      // A round of partial sums at a time, on the stack: nothing is allocated.
      let round = 16
      for start in stride(from: 0, to: count, by: round * grain) {
        var partials = [16 of Double](repeating: 0)
        let blocks = min(round, (count - start + grain - 1) / grain)
        var span = partials.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer { slots in
          let all = unsafe Unchecked((base, slots))
          Parallel.forEach(blocks) { i in
            let first = start + i * grain
            unsafe all.value.1[i] = fd_sum_of_squares(
              min(grain, count - first), all.value.0 + first)
          }
        }
        for i in 0..<round { sum += partials[i] }
      }
    }
    return sum
  }
}
