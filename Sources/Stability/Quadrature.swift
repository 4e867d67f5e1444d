/// The running integral of a rate over [0, T], by adaptive Gauss–Legendre panels.
///
/// Panels are halved until 10 points on a panel and on its two halves agree to `tolerance` of the sum of
/// the panels' absolute values (or the panel is down to rounding), so kinks and boundary layers cost
/// a few panels each.
public struct RunningIntegral: Sendable {
  private let rate: @Sendable (Double) -> Double
  private let tolerance: Double
  private var edges: [Double]
  private var sums: [Double]
  /// The sum of the panels' absolute values.
  private var size = 0.0

  /// Σ |difference| by which the rule on whole panels and on their halves disagree: at a kink or a smooth
  /// stretch the halves are closer to the integral than this.
  public private(set) var disagreement = 0.0

  /// The integral over [0, T] plus the disagreement: what a bound counts.
  public var outwardTotal: Double { total + disagreement }

  /// The integral over [0, T].
  public var total: Double { sums[sums.count - 1] }

  /// Integrates `rate` over [0, horizon].
  ///
  /// The tolerance is relative to the total, or to `unit` if that is larger: a rate that is nothing
  /// but rounding would otherwise be refined without end.
  public init(
    over horizon: Double, tolerance: Double = 1e-13, unit: Double = 0,
    _ rate: @escaping @Sendable (Double) -> Double
  ) {
    self.rate = rate
    self.tolerance = tolerance
    edges = [0]
    sums = [0]
    let scale = max(unit, gauss({ abs(rate($0)) }, 0, horizon))
    // A geometric start: the scales of a diffusion near t = 0 span many decades.
    var starts = (0..<12).map { horizon * Double(1 << $0) / 4096 }
    starts.append(horizon)
    var last = 0.0
    for edge in starts {
      refine(last, edge, gauss(rate, last, edge), scale: scale, depth: 48)
      last = edge
    }
  }

  private mutating func refine(
    _ a: Double, _ b: Double, _ whole: Double, scale: Double, depth: Int
  ) {
    let middle = 0.5 * (a + b)
    let (left, right) = (gauss(rate, a, middle), gauss(rate, middle, b))
    let error = abs(left + right - whole)
    // Not `error <=`: where the rate is infinite the error is NaN, and no halving would end it.
    let isRough = error > tolerance * max(scale, size)
    if depth == 0 || middle <= a || middle >= b || !isRough {
      size += abs(left + right)
      disagreement += error
      edges.append(b)
      sums.append(total + left + right)
      return
    }
    refine(a, middle, left, scale: scale, depth: depth - 1)
    refine(middle, b, right, scale: scale, depth: depth - 1)
  }

  /// The integral over [0, t].
  public func callAsFunction(_ t: Double) -> Double {
    var (low, high) = (0, edges.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if edges[middle] <= t { low = middle } else { high = middle - 1 }
    }
    return t > edges[low] ? sums[low] + gauss(rate, edges[low], t) : sums[low]
  }
}

/// The ten-point Gauss–Legendre rule on [a, b].
func gauss(_ f: (Double) -> Double, _ a: Double, _ b: Double) -> Double {
  let (centre, half) = (0.5 * (a + b), 0.5 * (b - a))
  return half
    * gaussNodes.reduce(0) { $0 + $1.w * (f(centre - half * $1.x) + f(centre + half * $1.x)) }
}

/// The positive nodes and the weights of the ten-point Gauss–Legendre rule on [−1, 1].
let gaussNodes: [(x: Double, w: Double)] = [
  (0.148_874_338_981_631_21, 0.295_524_224_714_752_87),
  (0.433_395_394_129_247_19, 0.269_266_719_309_996_36),
  (0.679_409_568_299_024_41, 0.219_086_362_515_982_04),
  (0.865_063_366_688_984_51, 0.149_451_349_150_580_59),
  (0.973_906_528_517_171_72, 0.066_671_344_308_688_14),
]
