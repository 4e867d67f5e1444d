import RealModule

/// An exponential with what it does to the responsibilities' average at most.
struct ExponentialCandidate: Sendable {
  let block: ExponentialBlock
  let bound: Double

  /// The most exact block for the fewest squarings that stay within `budget`, and for one more; with
  /// polynomials whose degrees grow for the variant `logLog`.
  static func all(
    _ parts: MeanSpread, budget: Double, _ variant: NetworkVariant
  ) -> [ExponentialCandidate] {
    guard variant == .logLog else { return all(parts, budget: budget, levels: nil) }
    return [nil, 4, 5, 6].flatMap { all(parts, budget: budget, levels: $0) }
  }

  private static func all(
    _ parts: MeanSpread, budget: Double, levels: Int?
  ) -> [ExponentialCandidate] {
    let range = max(2, .log(3 * parts.totalDistance / budget))
    var result: [ExponentialCandidate] = []
    for squarings in 0...20 where result.count < 2 {
      let found = stride(from: 1, through: 0.2, by: -0.05).compactMap { fraction in
        ExponentialBlock(range: range, squarings: squarings, fraction: fraction, levels: levels)
          .map { ExponentialCandidate($0, parts) }
      }.min { $0.bound < $1.bound }
      if let found, found.bound <= budget { result.append(found) }
    }
    return result
  }

  private init(_ block: ExponentialBlock, _ parts: MeanSpread) {
    self.block = block
    // The sum is at least the largest exponential, e^{−innerError} or more.
    let tail = parts.totalDistance * block.tailError * .exp(block.innerError)
    bound = 0.5 * parts.diameter * block.innerError + tail
  }
}

/// The splines of one interval, each fitted once.
struct SplineSearch {
  private let interval: ClosedRange<Double>
  private var fitted: [Int: ReciprocalBlock?] = [:]
  private let mostKnots: Int

  init(_ interval: ClosedRange<Double>, mostKnots: Int) {
    (self.interval, self.mostKnots) = (interval, mostKnots)
  }

  /// The spline with the fewest knots whose error is at most `tolerance`, by bisection; nil if the
  /// most do not suffice.
  mutating func coarsest(within tolerance: Double) -> ReciprocalBlock? {
    let tolerance = min(tolerance, 0.9)
    var (low, high) = (0, 1)
    while !isWithin(tolerance, high) {
      if high == mostKnots { return nil }
      (low, high) = (high, min(2 * high, mostKnots))
    }
    while high - low > 1 {
      let middle = (low + high) / 2
      if isWithin(tolerance, middle) { high = middle } else { low = middle }
    }
    return spline(high)
  }

  private mutating func isWithin(_ tolerance: Double, _ knots: Int) -> Bool {
    spline(knots).map { $0.seedError <= tolerance } ?? false
  }

  private mutating func spline(_ knots: Int) -> ReciprocalBlock? {
    if let known = fitted[knots] { return known }
    let block = ReciprocalBlock(interval, knots: knots)
    fitted[knots] = .some(block)
    return block
  }
}
