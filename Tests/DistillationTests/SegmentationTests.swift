import Arrays
import Distillation
import Foundation
import Mixtures
import ProbabilityFlow
import Schedules
import Stability
import TestSupport
import Testing

extension DistillationTests {
  /// Segments planned for distillation.
  @Suite struct SegmentationTests {
    private func planner(_ change: (inout PlanParts) -> Void = { _ in }) throws
      -> SegmentationPlanner
    {
      var parts = PlanParts(steps: 400)
      parts.recipe.pool = 256
      change(&parts)
      let plan = try parts.plan()
      return try SegmentationPlanner(plan.flow, recipe: plan.recipe, seed: 5)
    }

    @Test func segmentsAreEqualPartsOfTheRule() throws {
      let plan = try PlanParts().plan()
      for n in [1, 2, 5, 8] {
        let expected = try PartingRule.grid(for: plan.flow, segments: n).times
        let times = try planner().plan(segments: n).grid.times
        #expect(times.count == n + 1 && times[0] == 1 && times[n] == 0)
        for (t, exact) in zip(times, expected) {
          // Those that are no step of the fine grid lie on a line between two.
          #expect(agrees(t, exact, relative: n == 5 ? 0.01 : 1e-9))
        }
      }
    }

    /// Where the worst-case bound is infinite the rule still plans.
    @Test func unequalCovariancesArePlanned() throws {
      let mixture = try GaussianMixture(
        weights: [0.5, 0.5], means: Matrix([[-1, 0], [1, 0]]),
        covariances: .diagonal(Matrix([[0.1, 0.4], [0.4, 0.1]])))
      let flow = ProbabilityFlow(mixture, try OrnsteinUhlenbeck())
      #expect(throws: ScheduleError.self) { try StabilityRule.grid(for: flow, segments: 4) }
      let times = try SegmentationPlanner(flow, recipe: .best, seed: 0).plan(segments: 4).grid.times
      #expect(zip(times, times.dropFirst()).allSatisfy { $0 > $1 })
    }

    /// The prediction is what a run of half of the steps reaches, times 2^−1.25.
    @Test func predictionsAreRehearsals() throws {
      let planner = try planner()
      let planned = try planner.predicting(planner.plan(segments: 3))
      let prediction = try #require(planned.prediction)
      #expect(prediction.rehearsalSteps == 200)
      var parts = PlanParts(steps: 200)
      (parts.recipe.pool, parts.times, parts.seed) = (256, planned.grid.times, 5)
      let plan = try parts.plan()
      let short = try train(plan).chain.relativeError(plan, samples: 8192, seed: 5)
      #expect(
        abs(prediction.relativeError - short.value * pow(2, -1.25)) < 1e-12)
      #expect(prediction.factor > pow(2, 0.59))
    }

    @Test func automaticNumbersOfSegments() throws {
      let planner = try planner()
      #expect(try planner.plan(error: 1e6).grid.segmentCount == 1)
      let least = try planner.plan(error: 1e-12)
      let all = try SegmentationPlanner.choices.map {
        try #require(planner.predicting(planner.plan(segments: $0)).prediction?.relativeError)
      }
      #expect(least.prediction?.relativeError == all.min())
    }

    @Test func rehearsalsCanBeStopped() throws {
      let planner = try planner()
      var seen = 0
      #expect(throws: DistillationError.self) {
        try planner.predicting(
          planner.plan(segments: 2), shouldStop: { seen == 7 }, progress: { seen = $0 })
      }
      #expect(seen == 7)
    }

    /// Rehearsals that are kept go on after a stop, are not done twice, and predict the same.
    @Test func keptRehearsalsGoOn() throws {
      let planner = try planner()
      let planned = planner.plan(segments: 2)
      let expected = try planner.predicting(planned).prediction
      try withFolder { path in
        let kept = RehearsalFolder(of: RunFolder(path), checkpointInterval: 5)
        var seen = 0
        #expect(throws: DistillationError.self) {
          try planner.predicting(
            planned, rehearsals: kept, shouldStop: { seen == 33 }, progress: { seen = $0 })
        }
        var steps: [Int] = []
        let resumed = try planner.predicting(
          planned, rehearsals: kept, progress: { steps.append($0) })
        #expect(resumed.prediction == expected && steps.first == 34)
        let again = try planner.predicting(
          planned, rehearsals: kept, progress: { _ in Issue.record("trained again") })
        #expect(again.prediction == expected)
        // A run can still begin there.
        try RunFolder(path).checkVacant()
      }
    }
  }
}
