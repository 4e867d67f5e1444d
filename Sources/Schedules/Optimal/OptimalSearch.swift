import Arrays
import ProbabilityFlow
import RealModule

/// The search for the grid with the smallest end-point error: descents from several starts on a part of the
/// samples, moves of single times to other gaps, descents from grids disturbed at random, and last descents on
/// more and then on all samples.
///
/// The objective has many local minima: a time too many on one side of the place where modes split stays
/// there, since the gaps between push back. Moving it over and descending again is what gets out. Where
/// errors of several steps can cancel, as with multistep samplers, minima are many more, and only disturbing all
/// gaps finds some of them (basin hopping; Wales and Doye, 1997). All of it is a pure function of the error's
/// samples and of `random`.
struct OptimalSearch {
  let error: EndPointError
  let gaps: AngleGaps
  /// Whether to go on; asked before each evaluation.
  let mayGoOn: () -> Bool
  let progress: ((_ fraction: Double, _ objective: Double) -> Void)?
  /// Descents from disturbed grids.
  let hops: Int
  let random: RandomStream

  /// Evaluations of the denoiser over all samples, those of reverse passes included.
  private(set) var evaluations = 0

  /// A grid by its log-gaps, with log(relative mean squared error).
  struct Candidate {
    var logGaps: [Double]
    var value: Double
  }

  init(
    _ error: EndPointError, _ gaps: AngleGaps, hops: Int, random: RandomStream,
    mayGoOn: @escaping () -> Bool, progress: ((_ fraction: Double, _ objective: Double) -> Void)?
  ) {
    (self.error, self.gaps, self.mayGoOn, self.progress) = (error, gaps, mayGoOn, progress)
    (self.hops, self.random) = (hops, random)
  }

  /// The best grid found, or nil if there was no time for one evaluation.
  mutating func best(from starts: [[Double]]) -> Candidate? {
    // Few samples first: they cost little, and the basins are mostly the same.
    let (few, more) = (error.prefix(256), error.prefix(1024))
    var found: [Candidate] = []
    // The worst starts are left out: hops from the best use the time better.
    let raw = starts.map { Candidate(logGaps: gaps.logGaps($0), value: .infinity) }
    for (i, start) in ranked(raw, on: few).prefix(7).enumerated() {
      if let candidate = descend(few, start.logGaps, iterations: 30) { found.append(candidate) }
      report(0.3 * Double(i + 1) / 7, found)
    }
    // Where there are many samples an evaluation is cheap, and moves can be judged on more.
    let part = error.sampleCount >= 4 * more.sampleCount ? more : few
    found = ranked(found, on: part)
    guard var best = found.first else { return nil }
    // The move that pays most, until none does.
    for round in 0..<4 {
      guard let moved = move(part, best), moved.value < best.value - 1e-3 else { break }
      best = moved
      report(0.3 + 0.05 * Double(round + 1), [best])
    }
    found += hopped(more, from: best, and: found)
    found = ranked(found, on: more)
    var finals = descents(more, [best] + found.prefix(2), iterations: 60, from: 0.7)
    if error.sampleCount > more.sampleCount {
      // The starts too, as descents on few samples can lead away from a good one.
      let chosen = ranked([best] + found + finals + raw, on: error).prefix(2)
      finals = descents(error, Array(chosen), iterations: 30, from: 0.85)
    }
    return finals.min { $0.value < $1.value } ?? best
  }

  /// The candidates with their values on the samples of `error`, the best first.
  private mutating func ranked(_ candidates: [Candidate], on error: EndPointError) -> [Candidate] {
    var valued: [Candidate] = []
    for var candidate in candidates {
      guard mayGoOn() else { return candidates.sorted { $0.value < $1.value } }
      let angles = gaps.interior(candidate.logGaps)
      candidate.value = .log(error.value(interiorAngles: angles) + .leastNormalMagnitude)
      evaluations += error.sampleCount * error.evaluations(steps: angles.count + 1)
      valued.append(candidate)
    }
    // Not a number compares as the worst.
    return valued.filter { !$0.value.isNaN }.sorted { $0.value < $1.value }
  }

  /// Descents from several candidates, with reports from `fraction` up.
  private mutating func descents(
    _ error: EndPointError, _ candidates: [Candidate], iterations: Int, from fraction: Double
  ) -> [Candidate] {
    var ends: [Candidate] = []
    for candidate in candidates {
      if let end = descend(error, candidate.logGaps, iterations: iterations) { ends.append(end) }
      report(fraction + 0.14 * Double(ends.count) / Double(candidates.count), ends)
    }
    return ends
  }

  /// The best descent after taking one time out of the grid and putting it into the middle of another gap.
  private mutating func move(_ error: EndPointError, _ candidate: Candidate) -> Candidate? {
    let angles = gaps.interior(candidate.logGaps)
    var trials: [Candidate] = []
    for taken in angles.indices {
      var rest = angles
      rest.remove(at: taken)
      let ends = [gaps.first] + rest + [gaps.last]
      for gap in 0..<ends.count - 1 where gap != taken {
        guard mayGoOn() else { return nil }
        var trial = rest
        // The geometric mean where the gap spans several sizes.
        let (high, low) = (ends[gap], ends[gap + 1])
        trial.insert(low > 0 ? (high * low).squareRoot() : 0.3 * high, at: gap)
        let value = Double.log(error.value(interiorAngles: trial) + .leastNormalMagnitude)
        evaluations += error.sampleCount * error.evaluations(steps: trial.count + 1)
        trials.append(Candidate(logGaps: gaps.logGaps(trial), value: value))
      }
    }
    trials.sort { $0.value < $1.value }
    var best: Candidate?
    for trial in trials.prefix(3) {
      guard let end = descend(error, trial.logGaps, iterations: 30) else { break }
      if end.value < best?.value ?? .infinity { best = end }
    }
    return best
  }

  /// Minima from hops, each from the best so far with its gaps disturbed.
  private mutating func hopped(
    _ error: EndPointError, from start: Candidate, and others: [Candidate]
  ) -> [Candidate] {
    guard hops > 0, var best = descend(error, start.logGaps, iterations: 30) else { return [] }
    var found: [Candidate] = []
    let noise = random.normals(rows: hops, columns: best.logGaps.count)
    for hop in 0..<hops {
      // A nudge, a push, another minimum's push.
      let origin = hop % 3 == 2 && !others.isEmpty ? others[hop / 3 % others.count] : best
      let size = [0.15, 0.4, 0.5][hop % 3]
      let disturbed = zip(origin.logGaps, noise[row: hop]).map { $0 + size * $1 }
      guard var end = descend(error, disturbed, iterations: 10) else { break }
      // Most are far from the best by now and will stay so.
      if end.value < best.value + 0.3, let further = descend(error, end.logGaps, iterations: 30) {
        end = further
      }
      if end.value < best.value - 1e-3 {
        best = end
        found.append(end)
      }
      report(0.5 + 0.2 * Double(hop + 1) / Double(hops), [best])
    }
    return found
  }

  /// A local minimum near a grid.
  private mutating func descend(
    _ error: EndPointError, _ logGaps: [Double], iterations: Int
  ) -> Candidate? {
    var minimiser = QuasiNewton()
    minimiser.iterations = iterations
    let (gaps, mayGoOn) = (gaps, mayGoOn)
    var count = 0
    let end = minimiser.minimum(from: logGaps) { x in
      guard mayGoOn() else { return nil }
      let gradient = error.gradient(interiorAngles: gaps.interior(x))
      count += gradient.evaluations
      // Of a sum of squares that is 0 the logarithm would be −∞.
      let value = gradient.value + .leastNormalMagnitude
      return (.log(value), gaps.pullBack(gradient.angles.map { $0 / value }, at: x))
    }
    evaluations += count
    return end.map { Candidate(logGaps: $0.x, value: $0.value) }
  }

  private func report(_ fraction: Double, _ candidates: [Candidate]) {
    guard let value = candidates.map(\.value).min() else { return }
    progress?(fraction, .exp(value))
  }
}
