public import Mixtures
import RealModule

extension ConstructedFlowMap {
  /// Times from `start`, the horizon unless given, to `end` that give each step about the same bound of its local error.
  ///
  /// Along the flow from p_T, ‖y''‖ ≤ B₂ and ‖y'''‖ ≤ B₃ in L² (`FlowDerivatives`). Steps h ∝ B₂^{−1/2}
  /// in r = α/s balance Euler's local errors, h ∝ B₃^{−1/3} Heun's. For rk4, whose error needs more
  /// derivatives than are bounded here, h ∝ B₃^{−1/4}.
  ///
  /// - Precondition: one isotropic covariance, at least one segment.
  /// - Returns: T and `end` alone where all means agree: the flow is linear there.
  public static func times(
    _ mixture: GaussianMixture, _ process: some ForwardProcess, from start: Double? = nil,
    end: Double = 0, segments: Int,
    rule: FlowMapRule
  ) -> [Double] {
    FlowMapGrid(mixture, process, from: start, end: end, segments: segments)?.times { bound, r, _ in
      let (second, third) = bound.derivatives.bounds(from: r, to: r)
      switch rule {
      case .euler: return .log(second) / 2
      case .heun: return .log(third) / 3
      case .rk4: return .log(third) / 4
      }
    } ?? [start ?? process.horizon, end]
  }

  /// Times from `start`, the horizon unless given, to `end` that give each step about the same share of the certificate.
  ///
  /// A step h of local error c hᵠ, amplified by A afterwards, gets h ∝ (c A)^{−1/q}.
  ///
  /// - Precondition: one isotropic covariance, at least one segment.
  public static func certifiedTimes(
    _ mixture: GaussianMixture, _ process: some ForwardProcess, from start: Double? = nil,
    end: Double = 0, segments: Int,
    rule: FlowMapRule
  ) -> [Double] {
    FlowMapGrid(mixture, process, from: start, end: end, segments: segments)?.times {
      bound, r, last in
      let local = bound.coefficient(rule, at: r)
      // log A = ∫ L.
      return (.log(local.value) + 0.5 * (bound.lipschitz(last) * last - bound.lipschitz(r) * r))
        / local.order
    } ?? [start ?? process.horizon, end]
  }

  /// `certifiedTimes` where they make a certificate that is not vacuous, otherwise `times`.
  ///
  /// - Precondition: one isotropic covariance, at least one segment.
  public static func defaultTimes(
    _ mixture: GaussianMixture, _ process: some ForwardProcess, from start: Double? = nil,
    end: Double = 0, segments: Int,
    rule: FlowMapRule, tolerance: Double, relative: Bool = true
  ) -> [Double] {
    let certified = certifiedTimes(
      mixture, process, from: start, end: end, segments: segments, rule: rule)
    let parts = FlowMapParts(mixture, process, certified)
    let error = tolerance * (relative ? parts.spread.diameter : 1)
    return parts.certificate(rule, velocityError: error).isVacuous
      ? times(mixture, process, from: start, end: end, segments: segments, rule: rule) : certified
  }
}

/// Places times by a density of r = α/s.
private struct FlowMapGrid {
  private let parts: FlowMapParts
  private let process: any ForwardProcess
  private let start: Double
  private let end: Double
  private let segments: Int

  /// nil where all means agree.
  init?(
    _ mixture: GaussianMixture, _ process: any ForwardProcess, from start: Double?, end: Double,
    segments: Int
  ) {
    let start = start ?? process.horizon
    precondition(segments > 0, "\(segments) segments")
    parts = FlowMapParts(mixture, process, [start, end])
    (self.process, self.start, self.end, self.segments) = (process, start, end, segments)
    if parts.spread.diameter == 0 { return nil }
  }

  /// Equal parts of the integral of a density whose logarithm depends on r and the last r.
  func times(_ logarithm: (FlowMapBound, Double, Double) -> Double) -> [Double] {
    let bound = parts.bound
    let (first, last) = (parts.ratios[0], parts.ratios[1])
    let cells = 4000
    let width = (last - first) / Double(cells)
    var shares = (0..<cells).map { logarithm(bound, first + (Double($0) + 0.5) * width, last) }
    let largest = shares.reduce(-.infinity, max)
    shares = largest.isFinite ? shares.map { .exp($0 - largest) } : shares.map { _ in 1 }
    let total = shares.reduce(0, +)
    var (times, sum, next) = ([start], 0.0, 1)
    for cell in 0..<cells {
      while next < segments, sum + shares[cell] >= total * Double(next) / Double(segments) {
        let part = (total * Double(next) / Double(segments) - sum) / shares[cell]
        let r = first + (Double(cell) + part) * width
        let level = max(0, 1 / (r * r) - parts.variance).squareRoot()
        // Rounding may put two times on one place.
        if let time = process.time(atNoiseLevel: level), time < times[times.count - 1], time > end {
          times.append(time)
        }
        next += 1
      }
      sum += shares[cell]
    }
    return times + [end]
  }
}
