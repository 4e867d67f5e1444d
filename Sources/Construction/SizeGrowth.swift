import RealModule

/// How a size grows as the tolerance falls: the straight line over log₂(1/ε) by least squares.
public struct SizeGrowth: Sendable, Equatable {
  /// What each halving of the tolerance adds.
  public let perHalving: Double
  /// The line's value at ε = 1.
  public let atOne: Double
  /// The largest distance of a size from the line.
  public let largestDeviation: Double

  /// The line through the sizes at some tolerances; nil if there are fewer than three.
  ///
  /// - Precondition: as many sizes as tolerances, which are positive and not all equal.
  public init?(tolerances: [Double], sizes: [Double]) {
    precondition(
      tolerances.count == sizes.count, "\(sizes.count) sizes at \(tolerances.count) tolerances")
    guard tolerances.count >= 3 else { return nil }
    let halvings = tolerances.map { -Double.log2($0) }
    let line = LeastSquares.solve(
      halvings.map { [1, $0] }, target: sizes, weights: sizes.map { _ in 1 })
    (atOne, perHalving) = (line[0], line[1])
    largestDeviation = zip(halvings, sizes).reduce(0) {
      max($0, abs(line[0] + line[1] * $1.0 - $1.1))
    }
  }

  /// The line's value at a tolerance.
  public func size(at tolerance: Double) -> Double { atOne - perHalving * Double.log2(tolerance) }
}
