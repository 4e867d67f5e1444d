import RealModule

/// Grids between two fixed angles by the logarithms of their gaps: θ_k = θ_n + Σ_{i ≥ k} g_i,
/// g = (θ_0 − θ_n) softmax(φ).
///
/// Every φ gives a descending grid, so that a minimiser needs no constraints. Angles are summed from the data,
/// where they are small.
struct AngleGaps: Sendable {
  /// θ_0.
  let first: Double
  /// θ_n.
  let last: Double

  /// The interior angles θ_1 > … > θ_{n−1}.
  func interior(_ logGaps: [Double]) -> [Double] {
    let gaps = gaps(logGaps)
    var angles: [Double] = []
    var angle = last
    for gap in gaps.dropFirst().reversed() {
      angle += gap
      angles.append(angle)
    }
    return angles.reversed()
  }

  /// The derivatives in φ of a function with these derivatives in the interior angles:
  /// ∂θ_k/∂φ_j = g_j ([j ≥ k] − (θ_k − θ_n)/(θ_0 − θ_n)).
  func pullBack(_ derivatives: [Double], at logGaps: [Double]) -> [Double] {
    let (gaps, angles) = (gaps(logGaps), interior(logGaps))
    let mean = zip(derivatives, angles).reduce(0) { sum, pair in
      sum + pair.0 * (pair.1 - last) / (first - last)
    }
    var sum = 0.0
    return gaps.indices.map { j in
      if j > 0 { sum += derivatives[j - 1] }
      return gaps[j] * (sum - mean)
    }
  }

  /// The φ of given interior angles, descending between the ends; gaps below a floor are widened to it.
  func logGaps(_ interior: [Double]) -> [Double] {
    let angles = [first] + interior + [last]
    let floor = 1e-9 * (first - last)
    return zip(angles, angles.dropFirst()).map { .log(max($0 - $1, floor)) }
  }

  private func gaps(_ logGaps: [Double]) -> [Double] {
    let top = logGaps.reduce(-.infinity, max)
    let weights = logGaps.map { Double.exp($0 - top) }
    let unit = (first - last) / weights.reduce(0, +)
    return weights.map { unit * $0 }
  }
}
