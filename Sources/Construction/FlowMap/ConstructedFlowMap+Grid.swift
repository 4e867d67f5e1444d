import Arrays
public import Mixtures
import RealModule

extension ConstructedFlowMap {
  /// Times from the horizon to `end` that are even in log(r + 1/D), r = α/s (derived).
  ///
  /// Modes split where r D is of the order of 1. Above it steps are even in the logarithm of the
  /// signal-to-noise ratio, below it in r itself.
  ///
  /// - Precondition: one isotropic covariance, at least one segment.
  public static func times(
    _ mixture: GaussianMixture, _ process: some ForwardProcess, end: Double = 0, segments: Int
  ) -> [Double] {
    precondition(segments > 0, "\(segments) segments")
    let variance = mixture.spectrum.lambda.elements[0]
    func ratio(_ t: Double) -> Double {
      let alpha = process.alpha(t)
      return alpha / (alpha * alpha * variance + process.sigmaSquared(t)).squareRoot()
    }
    let diameter = MeanSpread.means(of: mixture).diameter
    let offset = diameter > 0 ? 1 / diameter : 1
    let (first, last) = (ratio(process.horizon) + offset, ratio(end) + offset)
    let inside = (1..<segments).compactMap { n -> Double? in
      let r = first * .pow(last / first, Double(n) / Double(segments)) - offset
      return process.time(atNoiseLevel: max(0, 1 / (r * r) - variance).squareRoot())
    }
    return decreasing(inside, from: process.horizon, to: end)
  }

  /// Times from the horizon to `end` that give each step about the same share of the certificate.
  ///
  /// A step h of local error c h^q, amplified by A afterwards, gets h ∝ (c A)^{−1/q}.
  /// Without a c, for rk4, these are the even times.
  ///
  /// - Precondition: one isotropic covariance, at least one segment.
  public static func certifiedTimes(
    _ mixture: GaussianMixture, _ process: some ForwardProcess, end: Double = 0, segments: Int,
    rule: FlowMapRule
  ) -> [Double] {
    let even = times(mixture, process, end: end, segments: segments)
    let parts = FlowMapParts(mixture, process, [process.horizon, end])
    guard parts.spread.diameter > 0, rule != .rk4 else { return even }
    let bound = parts.bound
    let (first, last) = (parts.ratios[0], parts.ratios[1])
    let cells = 4000
    let width = (last - first) / Double(cells)
    // Near r = 0 the bounds' 1/r says nothing; a tenth of 1/D stands in for it.
    let least = 0.1 / bound.diameter
    var shares = [Double](repeating: 0, count: cells)
    var exponent = 0.0
    for cell in (0..<cells).reversed() {
      let r = max(first + (Double(cell) + 0.5) * width, least)
      exponent += width * bound.lipschitz(r)
      let order = Double(rule.stages + 1)
      let local = bound.coefficient(rule, from: r, to: r)
      shares[cell] = (.log(local) + exponent) / order
    }
    let largest = shares.reduce(-.infinity, max)
    shares = shares.map { .exp($0 - largest) }
    let total = shares.reduce(0, +)
    var (inside, sum, next) = ([Double](), 0.0, 1)
    for cell in 0..<cells {
      while next < segments, sum + shares[cell] >= total * Double(next) / Double(segments) {
        let part = (total * Double(next) / Double(segments) - sum) / shares[cell]
        let r = first + (Double(cell) + part) * width
        let level = max(0, 1 / (r * r) - parts.variance).squareRoot()
        if let time = process.time(atNoiseLevel: level) { inside.append(time) }
        next += 1
      }
      sum += shares[cell]
    }
    return decreasing(inside, from: process.horizon, to: end)
  }

  private static func decreasing(
    _ inside: [Double], from start: Double, to end: Double
  ) -> [Double] {
    var times = [start]
    for time in inside + [end] where time < times[times.count - 1] && time >= end {
      times.append(time)
    }
    return times
  }
}
