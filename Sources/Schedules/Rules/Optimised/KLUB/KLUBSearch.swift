import RealModule

/// Coordinate search for the levels of least KLUB, as in Align Your Steps.
///
/// In a pass each movable level tries, besides its own place, ten places evenly spaced in log σ̂ between
/// its neighbours (the paper names the number of candidates, not their places); only the two intervals
/// beside it are estimated anew.
package struct KLUBSearch {
  /// Estimates the part of KLUB of an interval (lower, upper).
  package let interval: (_ lower: Double, _ upper: Double) -> Double
  /// Whether to stop at once.
  package var isSpent: () -> Bool = { false }
  /// Estimates that were made.
  package private(set) var estimates = 0
  /// Levels that were judged for the early stop.
  package private(set) var judgements = 0
  private var known: [Interval: Double] = [:]

  private struct Interval: Hashable { let lower, upper: Double }

  /// A search with an estimator of intervals.
  package init(_ interval: @escaping (_ lower: Double, _ upper: Double) -> Double) {
    self.interval = interval
  }

  /// One pass over the inner levels whose index satisfies `isMovable`; whether any moved.
  package mutating func pass(_ levels: inout [Double], where isMovable: (Int) -> Bool) -> Bool {
    var moved = false
    for i in 1..<max(levels.count - 1, 1) where isMovable(i) && !isSpent() {
      let (upper, lower) = (levels[i - 1], levels[i + 1])
      let places = (1...10).map { j in upper * .pow(lower / upper, Double(j) / 11) }
      var (best, value) = (levels[i], cost(levels[i], lower, upper))
      for place in places {
        let candidate = cost(place, lower, upper)
        if candidate < value { (best, value) = (place, candidate) }
      }
      if best != levels[i] { (levels[i], moved) = (best, true) }
    }
    return moved
  }

  /// Passes until none moves a level, at most 300 as published, or until the early stop.
  ///
  /// After each pass `error` judges the levels; once `patience` passes in a row have not lowered it the
  /// search ends and the levels of least error are kept. Without `error` the search runs out.
  package mutating func run(
    _ start: [Double], patience: Int, error: (([Double]) -> Double)?,
    progress: (Int, Double) -> Void = { _, _ in }
  ) -> [Double] {
    var levels = start
    var (best, least, waited) = (start, error?(start) ?? .infinity, 0)
    if error != nil { judgements += 1 }
    for pass in 1...300 {
      guard self.pass(&levels, where: { _ in true }), !isSpent() else { break }
      progress(pass, total(levels))
      guard let error else { continue }
      let reached = error(levels)
      judgements += 1
      if reached < least {
        (best, least, waited) = (levels, reached, 0)
      } else {
        waited += 1
        if waited >= patience { break }
      }
    }
    return error == nil ? levels : best
  }

  /// Twice as many intervals: middles in log σ̂ between the levels, and then those alone optimised.
  package mutating func subdivide(_ levels: [Double]) -> [Double] {
    var finer = [levels[0]]
    for (upper, lower) in zip(levels, levels.dropFirst()) {
      finer += [(upper * lower).squareRoot(), lower]
    }
    // Each new level has fixed neighbours, so a second pass would try the same places again.
    _ = pass(&finer, where: { $0 % 2 == 1 })
    return finer
  }

  /// KLUB of levels.
  package mutating func total(_ levels: [Double]) -> Double {
    zip(levels, levels.dropFirst()).reduce(0) { $0 + part($1.1, $1.0) }
  }

  private mutating func cost(_ level: Double, _ lower: Double, _ upper: Double) -> Double {
    part(lower, level) + part(level, upper)
  }

  private mutating func part(_ lower: Double, _ upper: Double) -> Double {
    let key = Interval(lower: lower, upper: upper)
    if let value = known[key] { return value }
    let value = interval(lower, upper)
    known[key] = value
    estimates += 1
    return value
  }
}

/// A list of levels of another length, linear in log σ̂ over the index (Align Your Steps).
package func logLinearLevels(_ levels: [Double], count: Int) -> [Double] {
  let last = levels.count - 1
  return (0..<count).map { k in
    if k == 0 { return levels[0] }
    if k == count - 1 { return levels[last] }
    let place = Double(k) / Double(count - 1) * Double(last)
    let i = min(Int(place), last - 1)
    return levels[i] * .pow(levels[i + 1] / levels[i], place - Double(i))
  }
}
