import RealModule

extension DMNObjective {
  /// The least bound that is found from levels uniform in λ and from EDM's, and the gaps there.
  ///
  /// Gaps are (last − first) times a softmax, so they stay positive and add up. |c| has a kink where
  /// errors cancel, on which a smooth method stalls and where minima lie: the bound is smoothed and the
  /// smoothing lowered tenfold in each stage.
  package func minimum(
    steps n: Int, isSpent: () -> Bool = { false }, progress: (Double, Double) -> Void = { _, _ in }
  ) -> (gaps: [Double], value: Double) {
    let starts = [[Double](repeating: (last - first) / Double(n), count: n), edmGaps(n)]
    var best = (gaps: starts[0], value: value(starts[0]))
    // The bound is of size 1 to 1000, and kinks are approached slowly.
    let method = QuasiNewton(iterations: 200, gradientTolerance: 1e-9, decreaseTolerance: 1e-11)
    for (i, start) in starts.enumerated() {
      var logits = start.map { Double.log($0) }
      let scale = value(start) / Double(n)
      for stage in 0..<DMNObjective.stages {
        if isSpent() { return best }
        let mu = scale * .pow(10, -stage)
        let found = method.minimum(from: logits) { point in
          let function = { (logits: [Double]) in value(gaps(logits), smoothing: mu) }
          return (function(point), centralDifferences(of: function, at: point))
        }
        logits = found?.x ?? logits
        let reached = value(gaps(logits))
        if reached < best.value { best = (gaps(logits), reached) }
        progress(
          Double(i * DMNObjective.stages + stage + 1) / Double(2 * DMNObjective.stages), best.value)
      }
    }
    return best
  }

  /// Stages of smoothing, down to 1e-6 of where the start is.
  private static let stages = 7

  private func edmGaps(_ n: Int) -> [Double] {
    let levels = polynomialLevels(n + 1, from: .exp(-first), to: .exp(-last), rho: 7)
    return zip(levels, levels.dropFirst()).map { .log($0 / $1) }
  }

  private func gaps(_ logits: [Double]) -> [Double] {
    let largest = logits.reduce(-.infinity, max)
    let weights = logits.map { Double.exp($0 - largest) }
    let total = weights.reduce(0, +)
    return weights.map { (last - first) * $0 / total }
  }
}

/// The gradient by differences, whose rounding and truncation balance near the cube root of the unit
/// roundoff.
private func centralDifferences(of function: ([Double]) -> Double, at x: [Double]) -> [Double] {
  var moved = x
  return x.indices.map { i in
    let h = 6e-6 * max(1, abs(x[i]))
    moved[i] = x[i] + h
    let above = function(moved)
    moved[i] = x[i] - h
    let below = function(moved)
    moved[i] = x[i]
    return (above - below) / (2 * h)
  }
}
