import RealModule

/// Whether a number agrees with a reference within a relative tolerance, or an absolute one near 0.
public func agrees(
  _ value: Double, _ reference: Double, relative: Double, absolute: Double = 0
) -> Bool {
  // `<=` is false for NaN.
  abs(value - reference) <= max(relative * abs(reference), absolute)
}

/// The largest |value − reference|; infinite if the lengths differ or something is not a number.
public func largestDifference(
  _ values: some Collection<Double>, _ references: some Collection<Double>
) -> Double {
  guard values.count == references.count else { return .infinity }
  return zip(values, references).reduce(0) { largest, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(largest, difference)
  }
}

/// The Euclidean norm.
public func norm(_ values: some Sequence<Double>) -> Double {
  values.reduce(0) { $0 + $1 * $1 }.squareRoot()
}

/// The Euclidean distance.
public func distance(_ a: some Sequence<Double>, _ b: some Sequence<Double>) -> Double {
  norm(zip(a, b).map { $0 - $1 })
}

/// The mean of a sample and the standard error of that mean.
public struct SampleMean: Sendable {
  /// The arithmetic mean.
  public let value: Double
  /// The standard deviation over √n.
  public let standardError: Double

  /// The statistics of at least two numbers.
  public init(_ sample: [Double]) {
    let n = Double(sample.count)
    let mean = sample.reduce(0, +) / n
    let squares = sample.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    value = mean
    standardError = (squares / (n * (n - 1))).squareRoot()
  }

  /// How many standard errors the mean is above a number.
  public func deviation(from expected: Double) -> Double { (value - expected) / standardError }
}
