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

  /// One AdamW step on flat arrays of the same length, in parallel.
  public static func adamW(
    _ constants: AdamWConstants, gradient: [Float], parameters: inout [Float],
    firstMoment: inout [Float], secondMoment: inout [Float]
  ) {
    let count = gradient.count
    precondition(
      parameters.count == count && firstMoment.count == count && secondMoment.count == count,
      "\(count) gradients for \(parameters.count) parameters")
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
            Parallel.forEach((count + grain - 1) / grain) { block in
              let first = block * grain
              var c = c
              unsafe fd_adamw(
                min(grain, count - first), &c, all.value.0 + first, all.value.1 + first,
                all.value.2 + first, all.value.3 + first)
            }
          }
        }
      }
    }
  }

  /// Σ x², in double precision and in an order that depends on the count alone.
  public static func sumOfSquares(_ x: [Float]) -> Double {
    var sum = 0.0
    unsafe x.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      let count = buffer.count
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
