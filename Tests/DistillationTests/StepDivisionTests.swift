import Arrays
import Distillation
import Mixtures
import ProbabilityFlow
import Schedules
import Stability
import TestSupport
import Testing

extension DistillationTests {
  /// Steps divided among segments.
  @Suite struct StepDivisionTests {
    private func parts(_ times: [Double]) -> PlanParts {
      var parts = PlanParts(steps: 300)
      parts.times = times
      parts.recipe.budget = .difficulty
      return parts
    }

    /// Any shares give every segment a step and add up.
    @Test(arguments: [[1, 1, 1], [1e-9, 1, 1e-9], [5, 3, 2], [1e9, 1, 1]], [3, 4, 10, 301])
    func stepsAddUp(shares: [Double], total: Int) {
      var recipe = Recipe.paper
      (recipe.totalSteps, recipe.stepShares) = (total, shares)
      let steps = (0..<3).map { recipe.steps(segment: $0, of: 3) }
      #expect(steps.reduce(0, +) == total && steps.allSatisfy { $0 >= 1 })
      let whole = shares.reduce(0, +)
      for (step, share) in zip(steps, shares) {
        #expect(abs(Double(step) - 1 - Double(total - 3) * share / whole) <= 1)
      }
    }

    /// The difficulty of a single segment is the error of the best affine map, and that of a segment in
    /// which next to nothing happens is next to nothing.
    @Test func difficultyIsWhatAffineMapsLeave() throws {
      let plan = try parts([1, 0.12, 1e-4, 0]).plan().dividingSteps()
      let shares = try #require(plan.recipe.stepShares)
      // Modes part in the middle; the last segment only cleans.
      #expect(shares.count == 3 && shares[1] > shares[2])
      #expect(abs(shares[2] - 0.2 / 3) < 1e-12)
      // A second division changes nothing, and an even budget has no shares.
      #expect(try plan.dividingSteps().recipe == plan.recipe)
      var even = parts([1, 0.12, 0])
      even.recipe.budget = .even
      #expect(try even.plan().dividingSteps().recipe.stepShares == nil)
    }

    /// The flow of one Gaussian leaves nothing to learn anywhere: equal parts.
    @Test func oneGaussianIsDividedEvenly() throws {
      var parts = parts([1, 0.2, 0])
      parts.mixture = try GaussianMixture(
        weights: [1], means: Matrix([[1, 2]]), covariances: .spherical([0.3]))
      parts.recipe.teacherTolerance = 1e-11
      let plan = try parts.plan().dividingSteps()
      // What is left is rounding, which may share as it likes, within the floor.
      let shares = try #require(plan.recipe.stepShares)
      #expect(shares.allSatisfy { $0 >= 0.1 })
    }

    /// A run keeps its division, and goes on with it.
    @Test func runsKeepTheirDivision() throws {
      try withFolder { path in
        let plan = try parts([1, 0.3, 0.05, 0]).plan()
        let folder = RunFolder(path)
        var now = 0
        let first = try Distiller(starting: plan, in: folder)
        let shares = try #require(first.plan.recipe.stepShares)
        #expect(throws: DistillationError.self) {
          try first.run(shouldStop: { now >= 200 }, progress: { now = $0.totalStep })
        }
        let second = try Distiller(resuming: folder, expecting: plan)
        #expect(second.plan.recipe.stepShares == shares)
        var last: TrainingProgress?
        try second.run(progress: { last = $0 })
        #expect(last?.totalStep == 300)
        let steps = (0..<3).map { second.plan.recipe.steps(segment: $0, of: 3) }
        #expect(last?.step == steps[2] && Set(steps).count > 1)
      }
    }
  }
}
