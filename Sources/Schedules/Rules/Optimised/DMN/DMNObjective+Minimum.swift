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
    for (i, start) in starts.enumerated() {
      var logits = start.map { Double.log($0) }
      let scale = value(start) / Double(n)
      for stage in 0..<DMNObjective.stages {
        if isSpent() { return best }
        let mu = scale * .pow(10, -stage)
        logits =
          quasiNewtonMinimum(
            of: { value(gaps($0), smoothing: mu) }, from: logits, iterations: 200
          ).point
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
