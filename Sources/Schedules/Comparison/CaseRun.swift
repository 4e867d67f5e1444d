import Arrays
import Mixtures
import ProbabilityFlow
import Stability

/// The cells of one mixture in the making.
struct CaseRun {
  let reference: ReferenceSamples
  private(set) var tally: RuleMeanTally
  private let plan: ComparisonPlan
  private let name: String
  private let flow: ProbabilityFlow
  private let progress: @Sendable (ComparisonProgress) -> Void
  private var done: Int
  private var grids: [Key: Construction] = [:]

  /// What a grid depends on.
  private struct Key: Hashable {
    let rule: String
    let segments: Int
    let sampler: String?
  }

  private struct Construction {
    let grid: Result<TimeGrid, ScheduleError>
    let seconds: Double
  }

  /// Carries the samples of a mixture; `done` cells of others are done.
  init(
    _ plan: ComparisonPlan, _ subject: ComparisonCase, done: Int, _ tally: RuleMeanTally,
    _ progress: @escaping @Sendable (ComparisonProgress) -> Void
  ) throws(ComparisonError) {
    (self.plan, self.done, self.tally, self.progress) = (plan, done, tally, progress)
    name = subject.name
    flow = ProbabilityFlow(subject.mixture, plan.process)
    progress(
      ComparisonProgress(done: done, total: plan.cellCount, description: "\(name), teacher"))
    do {
      reference = try ReferenceSamples(
        flow, end: plan.end, samples: plan.samples,
        from: RandomStream(seed: plan.seed).substream("comparison").substream(name))
    } catch {
      throw .teacher(name: name, error)
    }
  }

  /// Makes and measures all cells.
  mutating func cells(_ isCancelled: () -> Bool) throws(ComparisonError) -> [ComparisonCell] {
    var cells: [ComparisonCell] = []
    for sampler in plan.samplers {
      for n in plan.segments {
        var oracle: [Double]?
        for rule in plan.allRules {
          if isCancelled() { throw .interrupted }
          cells.append(cell(rule, sampler, n, &oracle))
          done += 1
        }
      }
    }
    return cells
  }

  /// One cell; `oracle` becomes or is the oracle's squared errors.
  private mutating func cell(
    _ rule: any GridRule.Type, _ sampler: any FewStepSampler.Type, _ n: Int,
    _ oracle: inout [Double]?
  ) -> ComparisonCell {
    let construction = construction(rule, sampler, n)
    var grid: TimeGrid?
    var note: String?
    switch construction.grid {
    case .success(let made): (grid, note) = (made, made.note)
    case .failure(let error): note = error.description
    }
    let result = grid.flatMap { reference.measure(sampler, on: $0, flow) }
    if grid != nil, result == nil { note = "the sampler diverged on this grid" }
    if rule.name == plan.oracle?.name, let result {
      if isResolved(result.measurement) {
        oracle = result.squaredErrors
      } else {
        note = "its error is near the teacher's tolerance, so multiples of it would say nothing"
      }
    }
    tally.add(
      rule: rule.name, sampler: sampler.name, errors: result?.squaredErrors, oracle: oracle)
    return ComparisonCell(
      rule: rule.name, sampler: sampler.name, segments: n,
      evaluations: grid.map { sampler.evaluations(flow, along: $0.times) }, grid: grid,
      constructionSeconds: construction.seconds, measurement: result?.measurement,
      timesOracle: ratio(result?.squaredErrors, to: oracle), note: note)
  }

  /// Whether a root mean square error stands ten times above the teacher's, and ratios to its square hence
  /// within about a fifth.
  ///
  /// The teacher's error counts as its tolerance at least: for one Gaussian it makes none, and
  /// an oracle whose few times can meet the one number that matters there has only rounding left.
  private func isResolved(_ measurement: GridMeasurement) -> Bool {
    measurement.relativeError.value.squareRoot()
      > 10 * max(reference.summary.teacherError, ReferenceSamples.tolerance)
  }

  /// Σa/Σb by pairs; nil if one is unknown.
  private func ratio(_ a: [Double]?, to b: [Double]?) -> Estimate? {
    guard let a, let b else { return nil }
    return Estimate(ratioOf: a, to: b)
  }

  private mutating func construction(
    _ rule: any GridRule.Type, _ sampler: any FewStepSampler.Type, _ n: Int
  ) -> Construction {
    let report: @Sendable (String) -> Void = {
      [progress, done, total = plan.cellCount, name] detail in
      progress(
        ComparisonProgress(
          done: done, total: total,
          description: "\(name), \(sampler.name), n = \(n), \(rule.name)\(detail)"))
    }
    report("")
    // Only optimised rules look at the sampler.
    let key = Key(
      rule: rule.name, segments: n, sampler: rule.family == .optimised ? sampler.name : nil)
    if let known = grids[key] { return known }
    var request = GridRequest(flow, segments: n)
    (request.end, request.sampler, request.seed) = (plan.end, sampler, plan.seed)
    request.timeBudget = plan.timeBudget
    request.parameters = plan.parameters.filter { name, _ in
      rule.parameters.contains { $0.name == name }
    }
    request.progress = { fraction, _ in report(", \(Int(100 * fraction)) %") }
    let clock = ContinuousClock()
    let start = clock.now
    let grid = Result { () throws(ScheduleError) in try rule.grid(request) }
    let made = Construction(grid: grid, seconds: (clock.now - start) / .seconds(1))
    grids[key] = made
    return made
  }
}
