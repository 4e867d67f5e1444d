/// The largest eigenvalue of diag(h) + ddᵀ.
enum RankOneUpdate {
  /// The larger of `floor` and the largest eigenvalue, or a number above it within rounding.
  ///
  /// It is the root of Σ d_a²/(λ − h_a) = 1 above max h, or max h itself. The left side falls with λ,
  /// so one evaluation tells whether `floor` is passed, and bisection returns the upper end.
  static func largest(_ h: [Double], squares: [Double], floor: Double) -> Double {
    let top = h.reduce(-.infinity, max)
    let total = squares.reduce(0, +)
    guard h.count > 1 else { return max(floor, top + total) }
    let low = max(floor, top)
    func exceeds(_ value: Double) -> Bool {
      var sum = 0.0
      for a in h.indices where squares[a] > 0 { sum += squares[a] / (value - h[a]) }
      return sum > 1
    }
    guard exceeds(low), top + total > low else { return low }
    var (below, above) = (low, top + total)
    while true {
      let middle = 0.5 * (below + above)
      if middle <= below || middle >= above { return above }
      if exceeds(middle) { below = middle } else { above = middle }
    }
  }
}
