import Arrays
import Mixtures
import Networks
import RealModule

/// A mixture of one isotropic covariance and an Ornstein–Uhlenbeck process, and the network of its
/// score in (x, t) for given blocks.
struct TimeScoreParts: Sendable {
  let mixture: GaussianMixture
  let process: OrnsteinUhlenbeck
  let start: Double
  let spread: MeanSpread
  /// σ_0².
  let variance: Double
  private let halves: [[Int]: (value: Double, slopes: [Double])]
  /// The errors of the stored u_i − u_j along the tree.
  let stored: LogitDifferences.Bound

  init(_ mixture: GaussianMixture, _ process: OrnsteinUhlenbeck, from start: Double) {
    (self.mixture, self.process, self.start) = (mixture, process, start)
    variance = mixture.spectrum.lambda.elements[0]
    let (means, count) = (mixture.means, mixture.componentCount)
    spread = .means(of: mixture)
    var halves: [[Int]: (value: Double, slopes: [Double])] = [:]
    var reach = LogitDifferences.Bound()
    for pair in GapTree.pairs(count) {
      let (a, b) = (means[row: pair[0]], means[row: pair[1]])
      var sum = DoubleDouble(0)
      var slopeError = 0.0
      for (p, q) in zip(a, b) {
        let step = DoubleDouble(sum: p, -q)
        slopeError += step.low * step.low
        sum = sum + step * DoubleDouble(sum: p, q)
      }
      halves[pair] = (0.5 * sum.value, Norms.difference(a, b))
      // A group's range is at most the sum of all stored errors of the tree.
      reach =
        reach
        + .init(
          constant: 0x1p-53 * abs(sum.value) + 0x1p-90, slope: slopeError.squareRoot())
    }
    (self.halves, stored) = (halves, reach)
  }

  /// Whether s² does not depend on t.
  private var isStationary: Bool { variance == limit }
  private var limit: Double { process.sigmaInfinity * process.sigmaInfinity }

  /// What the bound of errors needs.
  func errorBound(relative: Bool) -> TimeErrorBound {
    let squares = (0..<mixture.componentCount).map { k in
      mixture.means[row: k].reduce(0) { $0 + $1 * $1 }
    }
    let (low, high) = (squares.reduce(.infinity, min), squares.reduce(0, max))
    let weights = mixture.weights
    return TimeErrorBound(
      cells: TimeCells(mixture, process, from: start).cells,
      varianceRange: (abs(variance - limit), variance + limit),
      means: (spread.diameter, high.squareRoot() * (1 + 1e-9), (high - low) * (1 + 1e-9)),
      entropy: (.log(Double(weights.count)), .log(weights.reduce(0, max) / weights.reduce(1, min))),
      stored: stored, relative: relative)
  }

  /// The cheapest block for 1/s² given the error of α; nil if none reaches `tolerance`.
  func reciprocal(
    alphaError delta: Double, tolerance: Double
  ) -> (block: ReciprocalBlock?, products: Int, error: Double)? {
    if isStationary { return (nil, 0, 4 * 0x1p-53) }
    let ends = [start, process.horizon].map {
      limit + (variance - limit) * .exp(-2 * process.beta * $0)
    }
    let change = abs(variance - limit) * 3 * delta + 1e-15 * (variance + limit)
    let low = ends.reduce(.infinity, min) - change
    // A spline needs some length.
    let high = max(ends.reduce(0, max) + change, 1.1 * low)
    guard low > 0 else { return nil }
    var best: (block: ReciprocalBlock, products: Int, cost: Double)?
    var splines = SplineSearch(low...high, mostKnots: 40)
    for products in 1...5 {
      let coarsest = Double.pow(tolerance, 1 / Double(1 << products)) * (1 - 1e-12)
      guard let block = splines.coarsest(within: coarsest) else { continue }
      let cost = 4 * Double(block.knots.count) + 4 * Double(products * mixture.dimension)
      if cost < best?.cost ?? .infinity { best = (block, products, cost) }
    }
    return best.map {
      // The knots' distances to s² round once more.
      let seed = $0.block.seedError + 8 * 0x1p-53 * (variance + limit) / low
      return ($0.block, $0.products, .pow(seed, Double(1 << $0.products)) * (1 + 1e-9))
    }
  }

  /// u_i − u_j = (μ_i − μ_j)ᵀx − ½ α (‖μ_i‖² − ‖μ_j‖²) in α's layer.
  func differences(
    _ x: [Signal], _ alpha: Signal, in builder: inout NetworkBuilder
  ) -> [[Int]: (signal: Signal, error: LogitDifferences.Bound)] {
    var result: [[Int]: (signal: Signal, error: LogitDifferences.Bound)] = [:]
    for pair in GapTree.pairs(mixture.componentCount) {
      guard let (half, slopes) = halves[pair] else { continue }
      var projection = Signal.constant(0, layer: 0)
      for (slope, coordinate) in zip(slopes, x) where slope != 0 {
        projection = projection + slope * coordinate
      }
      result[pair] = (
        builder.carry(projection, to: alpha.layer) + -half * alpha, LogitDifferences.Bound()
      )
    }
    return result
  }
}
