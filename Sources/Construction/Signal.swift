/// An affine combination of the neurons of one layer, with an interval that holds its values.
///
/// Combining signals of one layer is free; a neuron is spent only when a signal passes through an
/// activation. Coefficients are what the network stores: multiplying by anything but a power of two
/// rounds, and its caller accounts for that.
public struct Signal: Sendable, Equatable {
  /// The layer of the neurons; 0 are the network's inputs.
  public let layer: Int
  /// The coefficient of each neuron, zeros left out.
  public internal(set) var terms: [Int: Double]
  /// The constant.
  public internal(set) var constant: Double
  /// An interval that holds every value.
  public internal(set) var interval: ClosedRange<Double>

  init(layer: Int, terms: [Int: Double], constant: Double, interval: ClosedRange<Double>) {
    self.layer = layer
    self.terms = terms.filter { $0.value != 0 }
    self.constant = constant
    self.interval = interval
  }

  /// A constant, in any layer.
  static func constant(_ value: Double, layer: Int) -> Signal {
    Signal(layer: layer, terms: [:], constant: value, interval: value...value)
  }

  /// Whether no value is negative, so that one ReLU neuron carries it.
  public var isNonNegative: Bool { interval.lowerBound >= 0 }

  /// The same signal with a smaller interval, known from elsewhere.
  ///
  /// - Precondition: the interval is true; nothing checks it.
  public func within(_ interval: ClosedRange<Double>) -> Signal {
    var result = self
    result.interval = interval
    return result
  }

  public static func + (a: Signal, b: Signal) -> Signal {
    precondition(a.layer == b.layer, "signals of the layers \(a.layer) and \(b.layer)")
    let low = a.interval.lowerBound + b.interval.lowerBound
    let high = a.interval.upperBound + b.interval.upperBound
    return Signal(
      layer: a.layer, terms: a.terms.merging(b.terms, uniquingKeysWith: +),
      constant: a.constant + b.constant, interval: low...high)
  }

  public static func + (a: Signal, b: Double) -> Signal { a + .constant(b, layer: a.layer) }

  public static func - (a: Signal, b: Signal) -> Signal { a + -1 * b }

  public static func * (factor: Double, a: Signal) -> Signal {
    let ends = [factor * a.interval.lowerBound, factor * a.interval.upperBound]
    return Signal(
      layer: a.layer, terms: a.terms.mapValues { factor * $0 }, constant: factor * a.constant,
      interval: factor == 0 ? 0...0 : min(ends[0], ends[1])...max(ends[0], ends[1]))
  }
}
