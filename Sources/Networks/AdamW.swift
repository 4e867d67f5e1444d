import Arrays
import RealModule

/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019), as `torch.optim.AdamW`, with
/// clipping as `torch.nn.utils.clip_grad_norm_`.
///
/// ```
/// g ← min(1, maximum / (‖g‖ + 10⁻⁶)) g
/// m ← m + (1 − β₁)(g − m)        v ← β₂ v + (1 − β₂) g²
/// p ← (1 − η λ) p − η/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)
/// ```
/// Its whole state is public: a copy of it and of the parameters resumes a run bit for bit.
public struct AdamW: Sendable, Equatable {
  /// What does not change from step to step.
  public struct Settings: Sendable, Equatable, Codable {
    /// β₁, the decay rate of the first moment.
    public var beta1 = 0.9
    /// β₂, the decay rate of the second moment.
    public var beta2 = 0.999
    /// ε, added to the root of the second moment.
    public var epsilon = 1e-8
    /// λ, the decay of the parameters per unit of learning rate.
    public var weightDecay = 0.01
    /// The largest norm of the whole gradient; longer ones are scaled down; no limit if `nil`.
    public var maximumGradientNorm: Double?
    /// B: after each step the bounded parameters are clamped to [−B, B]; no bound if `nil`.
    public var parameterBound: Double?

    /// PyTorch's defaults, without clipping and clamping.
    public init() {}
  }

  /// What does not change from step to step.
  public var settings: Settings
  /// m, the running mean of the gradients.
  public var firstMoment: [Float]
  /// v, the running mean of their squares.
  public var secondMoment: [Float]
  /// The number of steps taken.
  public var stepCount: Int

  /// The parameters that a bound is for, in ascending order; nil: all.
  public let bounded: [Range<Int>]?

  /// The optimiser before its first step.
  public init(
    parameterCount: Int, settings: Settings = Settings(), bounded: [Range<Int>]? = nil
  ) {
    self.settings = settings
    self.bounded = bounded
    firstMoment = Array(repeating: 0, count: parameterCount)
    secondMoment = Array(repeating: 0, count: parameterCount)
    stepCount = 0
  }

  /// Takes one step; the same bits for every number of threads, and allocates nothing.
  ///
  /// If the gradient's norm is not finite nothing changes: the caller must look at the result.
  ///
  /// - Parameters:
  ///   - parameters: changed in place.
  ///   - gradient: with respect to them.
  ///   - learningRate: η of this step.
  /// - Returns: the norm of the gradient before clipping.
  public mutating func step(_ parameters: inout [Float], gradient: [Float], learningRate: Float)
    -> Double
  {
    let norm = TrainingKernels.sumOfSquares(gradient).squareRoot()
    guard norm.isFinite else { return norm }
    stepCount += 1
    let free = settings.constants(step: stepCount, learningRate: learningRate, norm: norm)
    var clamped = free
    if let bound = settings.parameterBound { clamped.bound = Float(bound) }
    var next = 0
    func take(_ range: Range<Int>, _ constants: AdamWConstants) {
      TrainingKernels.adamW(
        constants, gradient: gradient, parameters: &parameters, firstMoment: &firstMoment,
        secondMoment: &secondMoment, in: range)
      next = range.upperBound
    }
    guard let bounded, settings.parameterBound != nil else {
      take(parameters.indices, clamped)
      return norm
    }
    for range in bounded {
      take(next..<range.lowerBound, free)
      take(range, clamped)
    }
    take(next..<parameters.count, free)
    return norm
  }
}

extension AdamW.Settings {
  /// The scalars of step `step`, counted from 1, without a bound.
  ///
  /// - Parameter norm: of the gradient, before clipping.
  func constants(step: Int, learningRate: Float, norm: Double) -> AdamWConstants {
    let rate = Double(learningRate)
    var constants = AdamWConstants(
      beta: (beta1, beta2),
      inverseSecondRoot: Float(1 / (1 - Double.pow(beta2, step)).squareRoot()),
      epsilon: Float(epsilon), stepSize: Float(rate / (1 - Double.pow(beta1, step))))
    constants.decay = Float(1 - rate * weightDecay)
    if let maximumGradientNorm {
      constants.gradientScale = Float(min(1, maximumGradientNorm / (norm + 1e-6)))
    }
    return constants
  }
}
