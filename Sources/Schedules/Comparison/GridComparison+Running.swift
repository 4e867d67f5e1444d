import Arrays
import Mixtures
import ProbabilityFlow
import Stability

extension GridComparison {
  /// Makes and measures all cells.
  ///
  /// The teacher runs once for each mixture, a rule that serves all samplers alike once for each number
  /// of segments, and an optimised one once for each sampler too.
  /// - Throws: `ComparisonError`. A rule that cannot make a grid leaves a cell that says why.
  public init(
    _ plan: ComparisonPlan, isCancelled: @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (ComparisonProgress) -> Void = { _ in }
  ) throws(ComparisonError) {
    for n in plan.segments {
      guard n >= 1 else { throw .request(.noSegments(n)) }
    }
    guard plan.end >= 0, plan.end < plan.process.horizon else {
      throw .request(.badEnd(plan.end, horizon: plan.process.horizon))
    }
    var results: [CaseComparison] = []
    var tally = RuleMeanTally()
    for subject in plan.cases {
      if isCancelled() { throw .interrupted }
      var run = try CaseRun(
        plan, subject, done: results.reduce(0) { $0 + $1.cells.count }, tally, progress)
      let cells = try run.cells(isCancelled)
      tally = run.tally
      tally.endCase()
      results.append(
        CaseComparison(subject: subject, reference: run.reference.summary, cells: cells))
    }
    self.init(plan: plan, cases: results, means: tally.means(plan))
  }
}
