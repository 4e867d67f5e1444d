import Arrays
import Distillation
import Mixtures
import ProbabilityFlow
import Stability
import Testing

extension DistillationTests {
  /// Students that have learned little: everything must still add up.
  @Suite struct BudgetTests {
    static let setting = Result {
      var parts = PlanParts(steps: 60)
      parts.recipe.parametrisation = .residual
      let plan = try parts.plan()
      return (plan: plan, chain: try train(plan).chain)
    }

    @Test func budgetSumsToTheError() throws {
      let (plan, chain) = try BudgetTests.setting.get()
      let evaluation = try Evaluation(chain, plan: plan, samples: 400, seed: 11)
      #expect(evaluation.budgetDefect < 1e-12)
      #expect(abs(evaluation.segments.reduce(0) { $0 + $1.share } - 1) < 1e-12)
      // Every part again, by the teacher on the same samples, written out.
      let flow = plan.flow
      let x = flow.marginal(at: 1).sample(400, from: RandomStream(seed: 11).substream("evaluation"))
      let teacher = Teacher(flow, tolerance: 1e-11)
      let y = teacher.transport(x, from: 1, to: 0).states
      #expect(abs(evaluation.relativeError.value / relativeMSE(chain(x), y) - 1) < 1e-5)
      var (z, arrived) = (x, y)
      let e = zip(chain(x).elements, y.elements).map { $0 - $1 }
      for (student, segment) in zip(chain.students, evaluation.segments) {
        let next = student(z)
        let right = teacher.transport(z, from: student.from, to: student.to).states
        let local = zip(next.elements, right.elements).reduce(0) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
        #expect(abs(segment.localError / (local / 400).squareRoot() - 1) < 1e-5)
        #expect(abs(segment.localRelativeError.value / relativeMSE(next, right) - 1) < 1e-5)
        let arrives =
          student.to == 0 ? next : teacher.transport(next, from: student.to, to: 0).states
        let c = zip(arrives.elements, arrived.elements).map { $0 - $1 }
        let share = zip(c, e).reduce(0) { $0 + $1.0 * $1.1 } / e.reduce(0) { $0 + $1 * $1 }
        #expect(abs(segment.share - share) < 1e-5)
        let square = c.reduce(0) { $0 + $1 * $1 }
        #expect(abs(segment.measuredAmplification / (square / local).squareRoot() - 1) < 1e-5)
        // The last segment is amplified by exactly 1: two sums of the same squares.
        let certified = try #require(segment.certifiedAmplification)
        #expect(segment.measuredAmplification <= certified * (1 + 1e-14))
        (z, arrived) = (next, arrives)
      }
    }

    /// The standard errors against the scatter of 160 repetitions, itself known to 6 %.
    @Test func standardErrorsAreRight() throws {
      let (plan, chain) = try BudgetTests.setting.get()
      let runs = try (0..<160).map { seed in
        try Evaluation(
          chain, plan: plan, samples: 100, seed: UInt64(1000 + seed))
      }
      let estimates: [(Evaluation) throws -> Estimate] = [
        { $0.relativeError }, { try #require($0.negativeLogLikelihood) },
        { try #require($0.teacherNegativeLogLikelihood) },
        { $0.segments[1].localRelativeError },
      ]
      for estimate in estimates {
        let claimed = mean(try runs.map { try estimate($0).standardError })
        let scatter = deviation(try runs.map { try estimate($0).value })
        #expect(abs(claimed / scatter - 1) < 0.2)
      }
    }
  }

  @Suite struct EstimateTests {
    @Test func byHand() {
      let mean = Estimate(meanOf: [1, 2, 3, 4])
      #expect(mean.value == 2.5)
      #expect(abs(mean.standardError - (5.0 / 3 / 4).squareRoot()) < 1e-15)
      // r = 6/8; residuals a − rb are −½, ½, 0; √(½/6)/(8/3).
      let ratio = Estimate(ratioOf: [1, 2, 3], to: [2, 2, 4])
      #expect(ratio.value == 0.75)
      #expect(abs(ratio.standardError - (1.0 / 12).squareRoot() * 3 / 8) < 1e-15)
      #expect(Estimate(meanOf: [3]) == Estimate(value: 3, standardError: .infinity))
      #expect(Estimate(ratioOf: [3], to: [2]) == Estimate(value: 1.5, standardError: .infinity))
    }

    /// The delta method against repeated draws of correlated pairs.
    @Test func ratioByRepetition() {
      let runs = (0..<2000).map { seed in
        let z = RandomStream(seed: UInt64(seed)).normals(rows: 50, columns: 2)
        let b = (0..<50).map { 2 + z[$0, 0] * z[$0, 0] }
        return Estimate(ratioOf: (0..<50).map { 0.5 * b[$0] + z[$0, 1] * z[$0, 1] }, to: b)
      }
      let claimed = mean(runs.map(\.standardError))
      #expect(abs(claimed / deviation(runs.map(\.value)) - 1) < 0.08)
      // ½ + 1/3 up to a bias of order 1/n.
      #expect(abs(mean(runs.map(\.value)) - 0.5 - 1.0 / 3) < 0.01)
    }
  }
}
