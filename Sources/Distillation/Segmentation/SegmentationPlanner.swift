import Arrays
import Mixtures
public import ProbabilityFlow
import RealModule
public import Schedules
public import ScoreMatching
import Stability

/// Plans the segments of a distillation, and predicts how far training will get on them.
///
/// Students are an affine map and something more. They err where the flow is not affine: where modes part,
/// not where typical states are merely stretched or noise is taken off. The segments are equal steps in
/// the rate at which neighbouring trajectories part beyond what the Gaussian of the same moments does
/// (`PartingRule`): derived, its power chosen by measurement (Documentation/distilling.md). A learned score
/// has the root mean square of ∇v in its place, found by Jacobian-vector products.
///
/// The prediction is a rehearsal: the recipe itself at half of its steps, from where errors are expected to fall
/// with the steps like S^{−p}.
public struct SegmentationPlanner: Sendable {
  /// The plan that training follows on a grid, with so many steps in all.
  private let training: @Sendable (TimeGrid, _ steps: Int) -> DistillationPlan
  private let process: any ForwardProcess
  private let recipe: Recipe
  private let seed: UInt64
  /// The times of a fine grid, from T down to 0.
  private let fine: [Double]

  /// Why segments cannot be planned for a recipe, if they cannot: one clause.
  public static func problem(_ recipe: Recipe) -> String? {
    if recipe.construction != nil { return "constructed students learn nothing to plan for" }
    if recipe.target == .score { return "scores have no segments to plan" }
    return nil
  }

  /// The part of the steps that a rehearsal takes.
  private static let rehearsal = 0.5

  /// The segments of the fine grid.
  private static let resolution = 256

  /// A planner for a flow and a recipe.
  ///
  /// - Throws: `ScheduleError` if the rule has no grid for this flow.
  public init(_ flow: ProbabilityFlow, recipe: Recipe, seed: UInt64) throws(ScheduleError) {
    (process, self.recipe, self.seed) = (flow.process, recipe, seed)
    training = { grid, steps in
      DistillationPlan(
        mixture: flow.mixture, grid: grid, recipe: recipe.with(steps: steps), seed: seed)
    }
    var request = GridRequest(flow, segments: Self.resolution)
    // An eigenvalue costs the cube of the dimension.
    let cost = Double.pow(Double(PartingRates(flow).dimension), 3)
    request.samples = min(request.samples, max(64, Int(0x1p26 / max(1, cost))))
    fine = try PartingRule.grid(request).times
  }

  /// The trajectories along which a learned flow is measured.
  private static let measuredTrajectories = 256

  /// A planner for a learned flow.
  ///
  /// - Throws: `ScheduleError` if a trajectory cannot be followed.
  public init(_ flow: LearnedFlow, recipe: Recipe, seed: UInt64) throws(ScheduleError) {
    (process, self.recipe, self.seed) = (flow.process, recipe, seed)
    training = { grid, steps in
      DistillationPlan(
        learned: flow.score, grid: grid, recipe: recipe.with(steps: steps), seed: seed)
    }
    let profile: (times: [Double], rates: [Estimate])
    do {
      profile = try flow.stabilityProfile(samples: Self.measuredTrajectories, seed: seed)
    } catch { throw .teacher(error) }
    fine = try ProfileDensity(times: profile.times, rates: profile.rates.map(\.value)).grid(
      GridRequest(
        ProbabilityFlow(flow.score.moments.gaussian, flow.process), segments: Self.resolution)
    ).times
  }

  /// n segments, without a prediction.
  public func plan(segments n: Int) -> PlannedSegmentation {
    PlannedSegmentation(
      grid: TimeGrid(
        rule: "planned", process: process, times: times(n), kind: .estimate))
  }

  /// The n + 1 times of equal parts, linear within a step of the fine grid.
  private func times(_ n: Int) -> [Double] {
    let last = fine.count - 1
    return (0...n).map { k in
      let (step, rest) = (k * last).quotientAndRemainder(dividingBy: n)
      if rest == 0 { return fine[step] }
      return fine[step] + Double(rest) / Double(n) * (fine[step + 1] - fine[step])
    }
  }

  /// A plan with what the recipe is expected to reach on it.
  ///
  /// - Parameters:
  ///   - rehearsals: where the rehearsal is a run of its own, which goes on if it is there; nil for memory.
  ///   - shouldStop: asked after each step of the rehearsal.
  ///   - progress: called after each of its steps.
  /// - Throws: `.interrupted`, or what ends a training.
  public func predicting(
    _ planned: PlannedSegmentation, rehearsals: RehearsalFolder? = nil,
    shouldStop: () -> Bool = { false }, progress: (_ step: Int) -> Void = { _ in }
  ) throws(DistillationError) -> PlannedSegmentation {
    let steps = Self.rehearsalSteps(recipe, segments: planned.grid.segmentCount)
    let plan = training(planned.grid, steps)
    let chain: StudentChain
    if let rehearsals {
      chain = try rehearsals.students(plan, shouldStop: shouldStop) { progress($0.totalStep) }
    } else {
      chain = try StudentChain(training: plan, shouldStop: shouldStop) { progress($0.totalStep) }
    }
    // Where modes are few and far apart, rare samples that end in the wrong one are most of the error.
    let measured = try chain.relativeError(plan, samples: 8192, seed: seed)
    let p = DistillationPlan.learningExponent
    let growth = Double.log(Double(recipe.totalSteps) / Double(steps))
    return PlannedSegmentation(
      grid: planned.grid,
      prediction: .init(
        relativeError: measured.value * .exp(-p.value * growth),
        factor: .exp(
          ((p.deviation * growth) * (p.deviation * growth)
            + (measured.standardError / measured.value)
              * (measured.standardError / measured.value))
            .squareRoot()),
        rehearsalSteps: steps))
  }

  /// The steps of a rehearsal: half of the recipe's, and enough for each network to become one.
  public static func rehearsalSteps(_ recipe: Recipe, segments n: Int) -> Int {
    // Progressive halving trains 2^R n + … + 2n + n networks.
    let networks = recipe.objective == .progressive ? n << (recipe.rounds + 1) - n : n
    return min(
      recipe.totalSteps, max(10 * networks, Int(rehearsal * Double(recipe.totalSteps))))
  }

  /// The numbers of segments among which `plan(error:)` chooses.
  public static let choices = [1, 2, 4, 8, 16]

  /// The plan of the fewest segments, among `choices`, that is expected to err at most as much as `tolerance`
  /// says; if none is, of the least expected error.
  ///
  /// - Parameters:
  ///   - rehearsals: where the rehearsals are runs of their own, which go on if they are there.
  ///   - shouldStop: asked after each step of all rehearsals.
  ///   - progress: called after each of their steps.
  public func plan(
    error tolerance: Double, rehearsals: RehearsalFolder? = nil, shouldStop: () -> Bool = { false },
    progress: (_ step: Int) -> Void = { _ in }
  ) throws(DistillationError) -> PlannedSegmentation {
    var best: PlannedSegmentation?
    var done = 0
    for n in Self.choices where n <= recipe.totalSteps {
      let planned = try predicting(
        plan(segments: n), rehearsals: rehearsals, shouldStop: shouldStop
      ) {
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

extension Recipe {
  /// The same with so many steps in all.
  fileprivate func with(steps: Int) -> Recipe {
    var copy = self
    copy.totalSteps = steps
    return copy
  }
}
