import Arrays
public import ProbabilityFlow
import RealModule
public import Schedules
import Stability

/// Plans the segments of a distillation, and predicts how far training will get on them.
///
/// Few-step students err in three ways, and each has its measure, a cumulative function that grows from 0 to 1
/// over [0, T]:
/// - modes part: the information about the mode that the flow has yet to decide (`InformationRule`),
/// - what a typical state feels of the velocity's derivative (`RMSNativeRule`),
/// - noise is taken off, most of it late: the worst-case Lipschitz bound (`StabilityRule`), where it is finite.
///
/// Which of them rules depends on the mixture and on the budget; grids that follow one alone lose on some
/// mixtures by factors. The segments are equal steps of the mean of the three: derived here, chosen by
/// measurement (Documentation/distilling.md).
///
/// The prediction is a rehearsal: the recipe itself at a tenth of its steps, from where errors are expected to fall
/// with the steps like S^{−p}.
public struct SegmentationPlanner: Sendable {
  private let flow: ProbabilityFlow
  private let recipe: Recipe
  private let seed: UInt64
  private let cumulative: MeanCumulative

  /// Why segments cannot be planned for a recipe, if they cannot: one clause.
  public static func problem(_ recipe: Recipe) -> String? {
    if recipe.construction != nil { return "constructed students learn nothing to plan for" }
    if recipe.target == .score { return "scores have no segments to plan" }
    return nil
  }

  /// The part of the steps that a rehearsal takes.
  private static let rehearsal = 0.1
  /// p, and its standard deviation over the learning curves that it is the mean of.
  private static let exponent = (mean: DistillationPlan.learningExponent, deviation: 0.4)

  /// A planner for a flow and a recipe.
  ///
  /// - Throws: `ScheduleError` if none of the rules has a grid for this flow.
  public init(_ flow: ProbabilityFlow, recipe: Recipe, seed: UInt64) throws(ScheduleError) {
    (self.flow, self.recipe, self.seed) = (flow, recipe, seed)
    cumulative = try MeanCumulative(
      of: [InformationRule.self, RMSNativeRule.self, StabilityRule.self], flow)
  }

  /// n segments, without a prediction.
  public func plan(segments n: Int) -> PlannedSegmentation {
    PlannedSegmentation(
      grid: TimeGrid(
        rule: "planned", process: flow.process, times: cumulative.times(n), kind: .estimate))
  }

  /// A plan with what the recipe is expected to reach on it.
  ///
  /// - Parameters:
  ///   - shouldStop: asked after each step of the rehearsal.
  ///   - progress: called after each of its steps.
  /// - Throws: `.interrupted`, or what ends a training.
  public func predicting(
    _ planned: PlannedSegmentation, shouldStop: () -> Bool = { false },
    progress: (_ step: Int) -> Void = { _ in }
  ) throws(DistillationError) -> PlannedSegmentation {
    var short = recipe
    short.totalSteps = Self.rehearsalSteps(recipe, segments: planned.grid.segmentCount)
    let plan = DistillationPlan(
      mixture: flow.mixture, grid: planned.grid, recipe: short, seed: seed)
    let chain = try StudentChain(training: plan, shouldStop: shouldStop) {
      progress($0.totalStep)
    }
    let measured = try chain.relativeError(plan, samples: 2048, seed: seed)
    let growth = Double.log(Double(recipe.totalSteps) / Double(short.totalSteps))
    return PlannedSegmentation(
      grid: planned.grid,
      prediction: .init(
        relativeError: measured.value * .exp(-Self.exponent.mean * growth),
        factor: .exp(
          ((Self.exponent.deviation * growth) * (Self.exponent.deviation * growth)
            + (measured.standardError / measured.value)
              * (measured.standardError / measured.value))
            .squareRoot()),
        rehearsalSteps: short.totalSteps))
  }

  /// The steps of a rehearsal: a tenth of the recipe's, and enough for each network to become one.
  public static func rehearsalSteps(_ recipe: Recipe, segments n: Int) -> Int {
    min(recipe.totalSteps, max(10 * n, Int(rehearsal * Double(recipe.totalSteps))))
  }

  /// The numbers of segments among which `plan(error:)` chooses.
  public static let choices = [1, 2, 4, 8, 16]

  /// The plan of the fewest segments, among `choices`, that is expected to err at most as much as `tolerance`
  /// says; if none is, of the least expected error.
  ///
  /// - Parameter progress: called after each step of all rehearsals.
  public func plan(
    error tolerance: Double, shouldStop: () -> Bool = { false },
    progress: (_ step: Int) -> Void = { _ in }
  ) throws(DistillationError) -> PlannedSegmentation {
    var best: PlannedSegmentation?
    var done = 0
    for n in Self.choices where n <= recipe.totalSteps {
      let planned = try predicting(plan(segments: n), shouldStop: shouldStop) {
        progress(done + $0)
      }
      done += Self.rehearsalSteps(recipe, segments: n)
      guard let error = planned.prediction?.relativeError else { continue }
      if error <= tolerance { return planned }
      if error < best?.prediction?.relativeError ?? .infinity { best = planned }
    }
    return best ?? plan(segments: 1)
  }
}
