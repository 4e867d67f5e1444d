import RealModule

/// A learning rate for each step, counted from 0.
public protocol LearningRateSchedule: Sendable {
  /// The rate of step number `step`.
  func callAsFunction(_ step: Int) -> Float
}

/// The same rate at every step.
public struct ConstantRate: LearningRateSchedule, Equatable {
  /// The rate.
  public var rate: Float

  /// The schedule with this rate.
  public init(_ rate: Float) { self.rate = rate }

  /// The rate of any step.
  public func callAsFunction(_ step: Int) -> Float { rate }
}

/// A linear warm-up, then half a cosine down to a floor.
///
/// ```
/// s < w:  peak (s + 1)/w
/// else:   floor + (peak − floor)(1 + cos(π min(1, (s − w)/(n − w))))/2
/// ```
public struct CosineRate: LearningRateSchedule, Equatable {
  /// The largest rate, reached at the end of the warm-up.
  public var peak: Float
  /// The rate at the end.
  public var floor: Float
  /// w, the steps of the warm-up; 0 for none.
  public var warmUp: Int
  /// n, the steps in all.
  public var steps: Int

  /// The schedule with these settings.
  public init(peak: Float, floor: Float = 0, warmUp: Int = 0, steps: Int) {
    self.peak = peak
    self.floor = floor
    self.warmUp = warmUp
    self.steps = steps
  }

  /// The rate of step number `step`; beyond the last step, the floor.
  public func callAsFunction(_ step: Int) -> Float {
    if step < warmUp { return peak * Float(step + 1) / Float(warmUp) }
    let fraction = min(1, Double(step - warmUp) / Double(max(1, steps - warmUp)))
    return floor + (peak - floor) * Float((1 + Double.cos(.pi * fraction)) / 2)
  }
}
