import RealModule

/// Minimisation in few dimensions by BFGS with a line search for the Wolfe conditions (Nocedal and Wright,
/// 2006, algorithms 6.1 and 3.5, by bracketing and bisection).
struct QuasiNewton {
  /// The largest change of a coordinate in one iteration.
  var largestStep = 1.0
  /// The most iterations.
  var iterations = 100
  /// It stops where no derivative is larger.
  var gradientTolerance = 1e-7
  /// It stops where the value falls by less in two iterations in a row.
  var decreaseTolerance = 1e-9

  /// A point with its value and gradient.
  struct Point {
    let x: [Double]
    let value: Double
    let gradient: [Double]
  }

  /// A local minimum near the start, or the last point when `evaluate` returns nil: time is up.
  func minimum(
    from x: [Double], _ evaluate: ([Double]) -> (value: Double, gradient: [Double])?
  ) -> Point? {
    let n = x.count
    func point(_ x: [Double]) -> Point? {
      evaluate(x).map { Point(x: x, value: $0.value, gradient: $0.gradient) }
    }
    guard var current = point(x) else { return nil }
    var inverse: [[Double]]?
    var small = 0
    for _ in 0..<iterations {
      guard current.gradient.contains(where: { abs($0) > gradientTolerance }) else { break }
      var direction = current.gradient.map { -$0 }
      if let inverse {
        direction = inverse.map { row in -dot(row, current.gradient) }
        if dot(direction, current.gradient) >= 0 { direction = current.gradient.map { -$0 } }
      }
      let longest = direction.reduce(0) { max($0, abs($1)) }
      let limit = largestStep / longest
      guard
        let next = search(
          from: current, along: direction,
          first: inverse == nil ? min(0.3 / longest, 1) : min(1, limit),
          limit: limit, point)
      else { break }
      let step = zip(next.x, current.x).map { $0 - $1 }
      let change = zip(next.gradient, current.gradient).map { $0 - $1 }
      let curvature = dot(step, change)
      if curvature > 1e-14 * (dot(step, step) * dot(change, change)).squareRoot() {
        let scale = curvature / dot(change, change)
        let start = inverse ?? (0..<n).map { i in (0..<n).map { $0 == i ? scale : 0 } }
        inverse = updated(start, step, change, curvature)
      }
      small = current.value - next.value < decreaseTolerance ? small + 1 : 0
      current = next
      if small == 2 { break }
    }
    return current
  }

  /// A point along the direction with sufficient decrease and, if it comes soon, a flatter slope; nil if none.
  private func search(
    from start: Point, along direction: [Double], first: Double, limit: Double,
    _ point: ([Double]) -> Point?
  ) -> Point? {
    let slope = dot(direction, start.gradient)
    var (low, high, step) = (0.0, Double.infinity, first)
    var best: Point?
    for _ in 0..<20 {
      guard let trial = point(zip(start.x, direction).map { $0 + step * $1 }) else { return best }
      let trialSlope = dot(direction, trial.gradient)
      if !(trial.value <= start.value + 1e-4 * step * slope) {
        high = step
      } else {
        best = trial
        if trialSlope >= 0.9 * slope || step >= limit { return trial }
        low = step
      }
      if high.isFinite {
        // Once there is a decrease, a few bisections for the slope suffice.
        if best != nil, high - low < 0.1 * high { return best }
        step = low + (high - low) * (best == nil ? 0.3 : 0.5)
      } else {
        step = min(2.5 * step, limit)
      }
    }
    return best
  }

  /// H ← (I − s yᵀ/ρ) H (I − y sᵀ/ρ) + s sᵀ/ρ with ρ = ⟨s, y⟩.
  private func updated(
    _ h: [[Double]], _ s: [Double], _ y: [Double], _ rho: Double
  ) -> [[Double]] {
    let hy = h.map { dot($0, y) }
    let factor = (1 + dot(y, hy) / rho) / rho
    return h.indices.map { i in
      h.indices.map { j in
        h[i][j] + factor * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / rho
      }
    }
  }
}

/// ⟨a, b⟩.
private func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}
